# SPDX-License-Identifier: Apache-2.0
"""The whole hosted API in scripted_api.py, with a model that anybody can compute by hand.

`full` in the script (all optional):
  models    ids; default the two baseline models and their two siblings each
  genes     ids in order; default G1 to G6
  version   model_version of replies; default 3
  statuses  words, or status documents, that a query's polls see in turn, the last again and again; default running, ready.
            "ready" gets its downloadUrl by itself
  example   the example query; default one that fits the model's task
  ids       "text" (default) or "number"
  reply     a file that every query is answered with, in place of the model's own
  gzip      true: results are compressed
  shape     the name of a form in reply_shapes.py, in which each result is written
  idempotent true: a query with the Idempotency-Key of another is that other, and charged once
  fresh     true: each status names another link, and only the last one works
  faults    {"submit": {"2": BEHAVIOUR}, "status": {...}, "download": {...}, "example": {...}, "models": {...}}: instead of the usual
            answer to that call of its kind, counted from 1. A submit fault with "charge": true takes the query all the same:
            its answer is what is lost.
  delays    {"submit": S, "status": S, "download": S}: each usual answer of this kind comes after so many seconds, noted and charged
            before them

Each query that is taken is charged: the log's line has "charged": {"id", "sha256", "times"}, `times` counts this body's.
`GET /_charged` tells {sha256: times}.

The model: generate: gene g (from 0) of sample s (from 0, over the reply) has g + s counts; condition: the reference's counts, each;
predict-metadata: sex is male with probability 0.75, cell_type_ontology_id CL:0000236 with 0.5; latents are the cell's sum and its
number; decoder_sample is the cell's counts.
"""
import hashlib
import json
import re
import threading

from reply_shapes import SHAPES

PREDICT = re.compile(r"/api/models/([^/]+)/predict")
EXAMPLE = re.compile(r"/api/models/([^/]+)/example-query")
STATUS = re.compile(r"/api/model-queries/([^/]+)/status")
RESULT = re.compile(r"/results/([^/]+)/([0-9]+)")
KEYS = ["age_years", "cell_line_ontology_id", "cell_type_ontology_id", "developmental_stage", "disease_ontology_id", "ethnicity",
        "genotype", "library_layout", "library_selection", "perturbation_dose", "perturbation_ontology_id", "perturbation_time",
        "perturbation_type", "platform", "race", "sample_type", "sex", "study", "tissue_ontology_id"]


def task_of(model_id):
    if model_id.endswith("_predict-metadata"):
        return "predict"
    return "condition" if model_id.endswith("_reference-conditioning") else "generate"


def counts_of(one):
    counts = one["counts"]
    return counts["counts"] if isinstance(counts, dict) else counts


class Model:
    def __init__(self, settings):
        self.settings = settings
        families = ("gem-1-bulk", "gem-1-sc")
        endings = ("", "_reference-conditioning", "_predict-metadata")
        self.models = settings.get("models", [family + ending for family in families for ending in endings])
        self.genes = settings.get("genes", [f"G{i + 1}" for i in range(6)])
        self.lock = threading.Lock()
        self.calls = {}
        self.queries = {}
        self.keys = {}
        self.times = {}

    def fault(self, kind):
        n = self.calls[kind] = self.calls.get(kind, 0) + 1
        return self.settings.get("faults", {}).get(kind, {}).get(str(n))

    def behaviour(self, method, path, request):
        with self.lock:
            if path == "/_charged":
                return {"json": self.times}
            if method == "GET" and path == "/api/models":
                return self.fault("models") or {"json": {"models": [{"model_id": name} for name in self.models]}}
            for pattern, wanted, answer in ((EXAMPLE, "GET", self.example), (PREDICT, "POST", self.predict),
                                            (STATUS, "GET", self.status), (RESULT, "GET", self.result)):
                found = pattern.fullmatch(path)
                if found and method == wanted:
                    return self.later(pattern, answer(request, *found.groups()))
        return {"status": 404, "json": {"error": f"no such path: {path}"}}

    def later(self, pattern, answer):
        kind = {PREDICT: "submit", STATUS: "status", RESULT: "download"}.get(pattern)
        return {"delay": self.settings.get("delays", {}).get(kind, 0), **answer}

    def example(self, _, model_id):
        fault = self.fault("example")
        if fault or model_id not in self.models:
            return fault or {"status": 404, "json": {"error": f"no model '{model_id}'"}}
        if "example" in self.settings:
            return {"json": self.settings["example"]}
        counts = {"counts": [1] * len(self.genes)}
        if task_of(model_id) == "predict":
            return {"json": {"example_query": {"inputs": [counts], "seed": 11}}}
        one = {"metadata": {"sex": "male"}, "num_samples": 2}
        if task_of(model_id) == "condition":
            one = {**counts, "metadata": {"perturbation_type": "compound"}, "num_samples": 2}
        return {"json": {"example_query": {"sampling_strategy": "mean estimation", "inputs": [one], "seed": 11}}}

    def predict(self, request, model_id):
        fault = self.fault("submit")
        if fault and not fault.get("charge"):
            return fault
        if model_id not in self.models:
            return {"status": 404, "json": {"error": f"no model '{model_id}'"}}
        answer = self.take(request, model_id)
        return {**fault, "charged": answer["charged"]} if fault and "charged" in answer else fault or answer

    def take(self, request, model_id):
        try:
            query = json.loads(request.body)
        except ValueError:
            return {"status": 400, "json": {"error": "the body is no JSON"}}
        faults = [{"path": f"inputs[{i}].counts", "message": f"has {len(counts_of(one))} values, not {len(self.genes)}", "code": "length"}
                  for i, one in enumerate(query.get("inputs", [])) if "counts" in one and len(counts_of(one)) != len(self.genes)]
        if faults or not query.get("inputs"):
            return {"status": 422, "json": {"error": "Invalid query", "errors": faults}}
        key = request.headers.get("idempotency-key")
        known = self.keys.get(key) if key and self.settings.get("idempotent") else None
        if known:
            return {"json": {"modelQueryId": known}}
        digest = hashlib.sha256(request.body).hexdigest()
        self.times[digest] = self.times.get(digest, 0) + 1
        number = len(self.queries) + 1
        query_id = number if self.settings.get("ids") == "number" else f"mq-{number:04d}"
        self.queries[str(query_id)] = {"model": model_id, "query": query, "polls": 0, "links": 0, "number": number}
        self.keys[key] = query_id
        return {"json": {"modelQueryId": query_id}, "charged": {"id": query_id, "sha256": digest, "times": self.times[digest]}}

    def status(self, _, query_id):
        fault = self.fault("status")
        query = self.queries.get(query_id)
        if fault or query is None:
            return fault or {"status": 404, "json": {"error": f"no query '{query_id}'"}}
        statuses = self.settings.get("statuses", ["running", "ready"])
        status = statuses[min(query["polls"], len(statuses) - 1)]
        query["polls"] += 1
        if isinstance(status, str):
            status = {"status": status}
        if status["status"] == "ready" and "downloadUrl" not in status:
            query["links"] += 1
            status = {**status, "downloadUrl": f"{{other}}/results/{query_id}/{query['links']}?X-Amz-Signature=signed-{query_id}"}
        return {"json": status}

    def result(self, _, query_id, link):
        fault = self.fault("download")
        query = self.queries.get(query_id)
        if fault or query is None:
            return fault or {"status": 404, "body": "<Error><Code>NoSuchKey</Code></Error>"}
        if self.settings.get("fresh") and int(link) != query["links"]:
            return {"status": 403, "body": "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"}
        compress = bool(self.settings.get("gzip"))
        if "reply" in self.settings:
            return {"file": self.settings["reply"], "gzip": compress}
        shape = SHAPES[self.settings.get("shape", "as it is")]
        return {"json": shape(self.reply(query), query["number"]), "gzip": compress}

    def reply(self, query):
        task = task_of(query["model"])
        outputs = []
        for one in query["query"]["inputs"]:
            for _ in range(1 if task == "predict" else one.get("num_samples", 1)):
                outputs.append(self.output(task, query["model"], one, len(outputs)))
        return {"model_version": self.settings.get("version", 3), "gene_order": self.genes, "outputs": outputs}

    def output(self, task, model_id, one, number):
        counts = counts_of(one) if "counts" in one else [gene + number for gene in range(len(self.genes))]
        latents = {"biological": [float(sum(counts)), 0.5], "technical": [float(number)], "perturbation": [0.0]}
        if task == "predict":
            probabilities = {"sex": {"female": 0.25, "male": 0.75},
                             "cell_type_ontology_id": {"CL:0000084": 0.25, "CL:0000236": 0.5, "CL:0000623": 0.25}}
            return {"metadata": {"sex": "male", "cell_type_ontology_id": "CL:0000236"}, "classifier_probs": probabilities,
                    "latents": latents, "decoder_sample": {"counts": counts}}
        modality = "single-cell" if "-sc" in model_id else "bulk"
        metadata = {**{key: "" for key in KEYS}, **one.get("metadata", {}), "modality": modality}
        return {"counts": counts, "metadata": metadata, "latents": latents}
