# SPDX-License-Identifier: Apache-2.0
"""What a server may do to a run, and what becomes of the run: a table. Calls are counted from 1, in the order of a run with one
batch in flight: an example query, then for each of three batches a submission, polls, a download."""

from dataclasses import dataclass, field

from world import GENES, N_CELLS, count

ONCE = [1, 1, 1]  # charges of the three batches
GO_ON = ("gemflow resume '", "goes on from there")


@dataclass
class Case:
    name: str
    full: dict = field(default_factory=dict)
    paths: dict = None
    other: dict = None
    code: int = 0
    says: tuple = ()        # pieces of stderr, in this order
    charges: list = None    # by body; None: one each
    same: bool = True       # the output is the undisturbed run's, to the byte
    words: tuple = ()
    how: dict = field(default_factory=dict)
    flights: tuple = (1, 4)
    again: tuple = None     # after a failure, the same command: (words to add, exit code, charges)
    environment: dict = field(default_factory=dict)
    table: bool = False     # the output is a csv: labels alone, whatever the batches


def fault(kind, n, **behaviour):
    return {"faults": {kind: {str(n): behaviour}}}


def faults(kind, *behaviours):
    return {"faults": {kind: {str(n + 1): behaviour for n, behaviour in enumerate(behaviours)}}}


# --- replies by hand --------------------------------------------------------------------------------------------------------------


def reply(first=0, n=3, number=lambda counts: {"counts": counts}):
    """What the model says of cells [first, first + n); `number` shapes a decoder_sample."""
    outputs = []
    for row, cell in enumerate(range(first, min(first + n, N_CELLS))):
        counts = [count(cell, gene) for gene in range(len(GENES))]
        outputs.append({
            "metadata": {"sex": "male", "cell_type_ontology_id": "CL:0000236"},
            "classifier_probs": {"sex": {"female": 0.25, "male": 0.75},
                                 "cell_type_ontology_id": {"CL:0000084": 0.25, "CL:0000236": 0.5, "CL:0000623": 0.25}},
            "latents": {"biological": [float(sum(counts)), 0.5], "technical": [float(row)], "perturbation": [0.0]},
            "decoder_sample": number(counts)})
    return {"model_version": 3, "gene_order": GENES, "outputs": outputs}


def replies(change, at=(0, 1, 2), **behaviour):
    """The replies of those batches, each changed in place (or replaced by what `change` returns)."""
    scripts = {}
    for batch in at:
        document = reply(3 * batch)
        scripts[f"GET /results/mq-{batch + 1:04d}/*"] = [{"json": change(document) or document, **behaviour}]
    return scripts


def quietly(change):
    """Of what changes a document in place, and returns something all the same."""
    def changed(document):
        change(document)
    return changed


def each(change):
    def all_of(document):
        for output in document["outputs"]:
            change(output)
    return all_of


def without(*keys):
    def drop(thing):
        for key in keys:
            thing.pop(key)
    return drop


def with_counts(shape):
    return each(lambda output: output["decoder_sample"].update(counts=shape(output["decoder_sample"]["counts"])))


def swapped(document):
    document["gene_order"] = [GENES[1], GENES[0], *GENES[2:]]


ALONE = {"flights": (1,)}  # replies by hand belong to batches by their number
FAILED = "the model failed on the batch of 3 from 0 on"
UNKNOWN = "the batch of 3 from 3 on may have been charged, and nobody knows its id"
RESUBMIT = (("--on-unknown", "resubmit"), 0)


def listed(document):
    return {"paths": {"GET /api/models": [{"json": document}]}, "how": {"learns": True}}


def good_cases():
    ids = ["gem-1-sc", "gem-1-sc_predict-metadata"]
    bare = {"inputs": [{"counts": [1] * len(GENES)}], "seed": 11}
    yield Case("models as an object of objects", **listed({"models": [{"model_id": name, "about": None} for name in ids]}))
    yield Case("models as a list of texts", **listed(ids))
    yield Case("models as a list of objects", **listed([{"id": name} for name in ids]))
    yield Case("no baseline model: the model itself is asked for its genes", **listed(ids[1:]), charges=[1, 1, 1, 1])
    yield Case("a bare example query", full={"example": bare})
    yield Case("a nested example query", full={"example": {"example_query": {**bare, "inputs": [{"counts": {"counts": [1] * len(GENES)}}]}}})
    yield Case("an example query of another seed", full={"example": {"example_query": {**bare, "seed": None}}})
    yield Case("ids that are numbers", full={"ids": "number"})
    yield Case("running twice", full={"statuses": ["running", "running", "ready"]})
    yield Case("queued", full={"statuses": ["queued", "ready"]})
    yield Case("words that nobody knows", full={"statuses": ["warming up", "nearly there", "ready"]})
    yield Case("500 on a status, once", full=fault("status", 2, status=500))
    yield Case("502, 503, 504 and 429 on statuses", full=faults("status", *({"status": code} for code in (502, 503, 504, 429))))
    yield Case("404 on a status, twice", full=faults("status", {"status": 404}, {"status": 404}))
    yield Case("a proxy's page for a status", full=fault("status", 2, html=True))
    yield Case("a proxy's page with 502 for a status", full=fault("status", 2, status=502, html=True))
    yield Case("a status cut off", full=fault("status", 3, json={"status": "running"}, cut=5))
    yield Case("a connection that ends at a status", full=fault("status", 3, close="after", by="rst"))
    yield Case("a connection that dies", full=fault("status", 1, json={"status": "running"}, dead=True))
    yield Case("a link that expired, once", full=fault("download", 2, status=403, body="<Error>Request has expired</Error>"))
    yield Case("links that are only good while they are the last", full={"fresh": True, **fault("download", 1, status=400)})
    yield Case("500 on a download", full=fault("download", 1, status=500))
    yield Case("503 on a download", full=fault("download", 2, status=503, headers={"Retry-After": "1"}))
    yield Case("a download cut off", full=fault("download", 2, json=reply(3), cut=200))
    yield Case("a download cut off by a reset", full=fault("download", 1, json=reply(0), cut=300, by="rst"))
    yield Case("a download without an end", full=fault("download", 1, body='{"outputs": [', length="none"))
    yield Case("an empty download", full=fault("download", 1, body=""))
    yield Case("a slow download", other=replies(lambda _: None, at=(1,), drip=[400, 0.05]), **ALONE)
    yield Case("compressed results", full={"gzip": True})
    yield Case("a list around the result", other=replies(lambda document: [document]), **ALONE)
    yield Case("results without gene_order", other=replies(without("gene_order")), **ALONE)
    yield Case("another model_version in a later reply", other=replies(lambda document: document.update(model_version=4), at=(1,)),
               says=("changed from version 3 to 4 under way",), **ALONE)
    yield Case("more keys than are known", other=replies(lambda document: document.update(remarks=[{"a": [1, {}]}])), **ALONE)
    yield Case("counts in an object", other=replies(with_counts(lambda counts: counts)), **ALONE)
    yield Case("429 with Retry-After on a submission", full=fault("submit", 2, status=429, headers={"Retry-After": "1"}))
    yield Case("503 on submissions", full=faults("submit", {"status": 503}, {"status": 503, "html": True}))
    yield Case("425 on a submission", full=fault("submit", 3, status=425))
    yield Case("500 on the example query", full=faults("example", {"status": 500}, {"status": 502, "html": True}))
    yield Case("the API's port, too, redirects a GET", paths={"GET /api/models/*/example-query": [
        {"status": 302, "headers": {"Location": "{api}/moved"}}], "GET /moved": [{"json": {"example_query": bare}}]})


def too_large():
    """413: the batch is cut in two, and its halves are batches of their own."""
    once, big = {"status": 413}, {"table": True, "flights": (1,)}
    yield Case("413 once", full=faults("submit", once), charges=[1] * 4, **big)
    # Any of the batches may be the first: each has cells enough to be cut.
    yield Case("413 once, four in flight", full=faults("submit", once), charges=[1] * 3, how={"batch": 4}, table=True, flights=(4,))
    yield Case("413 until the halves fit", full={"faults": {"submit": {"1": once, "2": once}}}, charges=[1] * 4, how={"batch": 4}, **big)
    yield Case("413 for single cells", paths={"POST /api/models/*/predict": [once]}, code=6, charges=[],
               says=("the server finds the batch of 1 from 0 on too large, and it cannot be cut",))


def refused(name, code, says, full=None, again=None, **more):
    """A submission that is refused at once; the same command goes on where it was."""
    return Case(name, full=full or {}, code=code, says=says, charges=[1], again=again or ((), 0, ONCE), **more)


def bad_cases():
    yield refused("401 under way", 6, ("submitting to 'gem-1-sc_predict-metadata'", "status 401", "key in SYNTHESIZE_API_KEY valid"),
                  fault("submit", 2, status=401, json={"error": "bad key"}), flights=(1,))
    yield Case("401 from the beginning", environment={"SYNTHESIZE_API_KEY": "wrong"}, code=6, charges=[], says=("status 401",))
    yield Case("no key", environment={"SYNTHESIZE_API_KEY": ""}, code=6, charges=[], says=("status 401",))
    yield refused("402", 7, ("status 402", "account's limit"), fault("submit", 2, status=402), flights=(1,))
    yield refused("403 that says limit", 7, ("status 403", "monthly limit"),
                  fault("submit", 2, status=403, json={"error": "monthly limit reached"}), flights=(1,))
    yield refused("403", 6, ("status 403: not yours", "gemflow models synthesize:"),
                  fault("submit", 2, status=403, json={"message": "not yours"}), flights=(1,))
    yield refused("404 on a submission", 6, ("status 404",), fault("submit", 2, status=404), flights=(1,))
    yield refused("400", 6, ("status 400: no such sex",), fault("submit", 2, status=400, body="no such sex"), flights=(1,))
    yield refused("422 with a field", 6, ("status 422", "inputs[1].counts", "is negative"), fault(
        "submit", 2, status=422, json={"error": "Invalid query", "errors": [{"path": "inputs[1].counts", "message": "is negative"}]}),
        flights=(1,))
    yield Case("429 that always speaks of a quota", code=7, charges=[], says=("status 429", "quota"),
               paths={"POST /api/models/*/predict": [{"status": 429, "body": "daily quota"}]})
    yield Case("a query that fails", full={"statuses": ["running", {"status": "failed", "message": "out of memory"}]}, code=6,
               charges=[1], says=(FAILED + ": out of memory",), flights=(1,))
    yield Case("a query that fails and does not say why", full={"statuses": [{"status": "failed"}]}, code=6, charges=[1],
               says=(FAILED + ": no reason given",), flights=(1,))
    yield Case("a query that fails with a traceback", code=6, charges=[1], says=(FAILED + ": bad gene",), flights=(1,),
               full={"statuses": [{"status": "failed", "message": "bad gene\nTraceback (most recent call last):\n  File x"}]})
    yield Case("a query that is cancelled", full={"statuses": ["running", {"status": "cancelled"}]}, code=6, charges=[1],
               says=(FAILED,), flights=(1,))
    yield Case("a query that fails once is asked again", full=fault("status", 3, json={"status": "failed", "message": "a cold start"}), code=6,
               charges=[1, 1], says=("the model failed on the batch of 3 from 3 on: a cold start",), flights=(1,), again=((), 0, [1, 1, 2]))
    yield Case("ready without a link", full={"statuses": [{"status": "ready", "downloadUrl": ""}]}, code=6, charges=[1],
               says=("is 'ready' and has no 'downloadUrl'", "after 4 attempts"), flights=(1,))
    yield Case("links that always expired", other={"GET /results/*": [{"status": 403}]}, code=75, charges=[1],
               says=("cannot be downloaded: 3 links in a row had expired", *GO_ON), flights=(1,))
    yield Case("links that always expired, a journal that stays", other={"GET /results/*": [{"status": 403}]}, code=104, charges=[1],
               says=("cannot be downloaded: 3 links in a row had expired", *GO_ON), words=("--journal", "journals"), flights=(1,))
    yield Case("404 on a status, for ever", full=faults("status", *[{"status": 404}] * 3), code=6, charges=[1],
               says=("waiting for query 'mq-0001'", "status 404", "after 3 attempts", "to send it again, and pay it again, if the server has forgotten it: gemflow resume", "--on-unknown resubmit"), again=((), 0, ONCE), flights=(1,))
    yield Case("404 on a status, for ever, and resubmitted", full=faults("status", *[{"status": 404}] * 3), charges=[1, 1, 2], words=("--on-unknown", "resubmit"))
    yield Case("404 on each status of each query, and resubmitted", full=faults("status", *[{"status": 404}] * 18), code=75, charges=[6], words=("--on-unknown", "resubmit"), flights=(1,),
               says=("status 404, after 3 attempts; the batch of 3 from 0 on was sent again 5 times already", "another --journal DIR begins anew, and pays all again"))
    for status in (404, 410):
        gone = {"GET /results/mq-0001/*": [{"status": status}]}
        yield Case(f"{status} on a download, for ever", other=gone, code=6, charges=[1], flights=(1,), again=(*RESUBMIT, [1, 1, 2]),
                   says=("the answer to the batch of 3 from 0 on is not there any more: 3 links in a row led to nothing", "to send it again, and pay it again"))
    yield Case("a proxy's page in place of a result", full=fault("download", 2, html=True), code=6, charges=[1, 1],
               says=("it is no JSON, but '<html>", "does a proxy answer"), again=((), 0, ONCE), flights=(1,))
    for name, behaviour in unknown_submissions():
        for took in (True, False):
            twice = [1, 1, 2] if took else ONCE
            yield Case(f"{name}, {'taken' if took else 'not taken'}", full=fault("submit", 2, **behaviour, **({"charge": True} if took else {})),
                       code=75, charges=[1, 1] if took else [1], says=(UNKNOWN, "--on-unknown resubmit"), flights=(1,),
                       again=(*RESUBMIT, twice))
    yield Case("nobody there", environment={"SYNTHESIZE_API_BASE_URL": "http://127.0.0.1:9"}, code=104, charges=[],
               says=("fetching the example query", "attempts", "run the same command again"))
    yield Case("a proxy's page in place of the example query", code=6, charges=[], says=("no JSON",),
               paths={"GET /api/models/*/example-query": [{"html": True}]})
    yield Case("a redirect of a submission", code=6, charges=[], says=("status 302, a redirect, which is not followed here",),
               paths={"POST /api/models/*/predict": [{"status": 302, "headers": {"Location": "{other}/predict"}}]})
    yield from wrong_results()
    yield from odd_names_and_texts()
    yield from odd_ids()
    yield from trouble_with_genes()


def unknown_submissions():
    return [("502 on a submission", {"status": 502, "html": True}), ("504 on a submission", {"status": 504}),
            ("500 on a submission", {"status": 500, "json": {"error": "oh"}}), ("408 on a submission", {"status": 408}),
            ("a submission without an answer", {"close": "after"}), ("a submission cut by a reset", {"close": "after", "by": "rst"}),
            ("a submission answered with a page", {"html": True}), ("a submission answered with no id", {"json": {}}),
            ("an id cut off", {"json": {"modelQueryId": "mq-0002"}, "cut": 9})]


def wrong_results():
    def wrong(name, change, *says, at=(1,), charges=(1, 1)):
        return Case(name, other=replies(change, at=at), code=6, charges=list(charges), says=says, **ALONE)

    shorter = with_counts(lambda counts: counts[:-1])
    yield wrong("counts of a wrong length", shorter, "there are 5 counts where there are 6 genes")
    yield wrong("another gene_order", swapped, f"gene 0 is '{GENES[1]}' where the model has '{GENES[0]}'", "--gene-order with a file of this model's genes")
    yield wrong("fewer genes", lambda document: document.update(gene_order=GENES[:-1]), "it names 5 genes where the model has 6")
    yield wrong("too few outputs", quietly(lambda document: document["outputs"].pop()), "there are 2 where 3 were asked for")
    yield wrong("too many outputs", lambda document: document["outputs"].append(document["outputs"][0]), "there are 4 where 3 were asked for")
    yield wrong("errors in place of outputs", lambda _: {"errors": ["out of memory"]}, "the model failed: ", "out of memory")
    yield wrong("errors beside outputs", lambda document: document.update(error="half of it failed"), "the model failed: half of it failed")
    yield wrong("no outputs", lambda _: {"status": "ready"}, "the reply has no outputs, but 'status'")
    yield wrong("latents of some", quietly(lambda document: document["outputs"][2].pop("latents")), "2 of the 3 outputs of the reply have latents")
    yield wrong("no latents in a later reply", each(without("latents")), "the model's answers differ in their latents")
    yield wrong("other fields in a later reply", each(lambda output: output["metadata"].update(tissue_ontology_id="UBERON:0000178")),
                "the model's answers differ in their predicted fields")
    yield wrong("other classes in a later reply", each(lambda output: output["classifier_probs"]["sex"].update(other=0)),
                "the model's answers differ in their '", "(2 and 3 columns)")
    yield wrong("no decoder_sample in a later reply", each(without("decoder_sample")), "the model's answers differ in their layers")
    yield wrong("two results", lambda document: [document, document], "there are several results in one list")


def odd_names_and_texts():
    """What a reply may hold and a file may not: said at the first reply, before the others are paid."""
    def odd(name, change, *says):
        return Case(name, other=replies(each(change), at=(0,)), code=6, charges=[1],
                    says=("reading the answer to the batch of 3 from 0 on: ", *says), **ALONE)

    yield odd("a field with a slash", lambda output: output["metadata"].update({"a/b": "x"}),
              "'a/b' cannot name a column: it holds '/' or a control character")
    yield odd("classes of a field with a slash", lambda output: output["classifier_probs"].update({"a/b": {"x": 1}}),
              "'a/b' cannot name a column")
    yield odd("latents with a slash", lambda output: output["latents"].update({"a/b": [1]}), "'a/b' cannot name a column")
    yield odd("a field with a zero byte", lambda output: output["metadata"].update({"a\0b": "x"}), "'ab' cannot name a column")
    yield odd("a field without a name", lambda output: output["metadata"].update({"": "x"}), "a column cannot be without a name")
    yield odd("a field beside its own ids", lambda output: output["metadata"].update(cell_type="x"),
              "the reply predicts 'cell_type' where another column has this name")
    yield odd("a field with the name of another's confidence", lambda output: output["metadata"].update(sex_confidence="x"),
              "the reply predicts 'sex_confidence' where")
    yield odd("a field with the name of gemflow's own column", lambda output: output["metadata"].update(status="x"),
              "the reply predicts 'status' where")
    yield odd("a label with a zero byte", lambda output: output["metadata"].update(sex="male\0x"),
              "outputs[0].metadata.sex: 'malex' holds a zero byte, which no file keeps")
    yield odd("a probability below 0", lambda output: output["classifier_probs"]["sex"].update(male=-3), "-3 is no probability")
    yield odd("a probability above 1", lambda output: output["classifier_probs"]["sex"].update(male=5), "5 is no probability")
    yield odd("a probability that is not a number", lambda output: output["classifier_probs"]["sex"].update(male=float("nan")),
              "the reply is no JSON: byte")


def odd_ids():
    """An id under which nothing can be asked for is as good as none, and one that another batch has is not this one's."""
    def odd(name, query_id, *says, charges=(), n=1):
        where = f"the batch of 3 from {3 * n - 3} on may have been charged, and nobody knows its id: "
        return Case(name, full=fault("submit", n, json={"modelQueryId": query_id}), code=75, charges=list(charges),
                    says=(where, *says, "--on-unknown resubmit"), flights=(1,), again=(*RESUBMIT, ONCE))

    yield odd("an id that is a step up", "..", "names a query that cannot be asked for: '..'")
    yield odd("an id without an end", "a" * 2000, "names a query that cannot be asked for: 'aaaa")
    yield odd("the id of another batch", "mq-0001", "it was given the id 'mq-0001', which another batch has", charges=(1,), n=2)


def trouble_with_genes():
    def learning(name, says, **more):
        return Case(name, says=says, code=6, how={"learns": True}, charges=[], **more)

    nameless = [{"json": {"modelQueryId": "mq-1"}}]
    ready = {"GET /api/model-queries/mq-1/status": [{"json": {"status": "ready", "downloadUrl": "{other}/mine"}}]}
    output = {"counts": [1, 2], "metadata": {}, "latents": {}}
    yield learning("an example query without inputs", ("the example query has no 'inputs'", "--gene-order"),
                   paths={"GET /api/models/gem-1-sc/example-query": [{"json": {"example_query": {"seed": 1}}}]})
    yield Case("an example query of the model itself without inputs", code=6, charges=[], says=("the example query has no 'inputs'",),
               full={"example": {"example_query": {"seed": 1}}})
    for name, body, says in (("is a page", "<html>", "the example query is no JSON"), ("breaks off", '{"inputs": [', "the example query is no JSON"),
                             ("nests deep", '{"inputs": [{}], "x": ' + "[" * 200000 + "]" * 200000 + "}", "nests deeper than 64 levels"),
                             ("holds numbers", '{"inputs": [5]}', "the model's example query has no inputs to learn its genes from")):
        yield learning(f"an example query of the baseline model that {name}", (says,),
                       paths={"GET /api/models/gem-1-sc/example-query": [{"body": body}]})
    yield learning("an example query that is too large", ("the server finds the query that learns the gene_order too large, and it cannot be cut",),
                   paths={"POST /api/models/gem-1-sc/predict": [{"status": 413}]})
    yield learning("genes that cannot be used", ("the answer of 'gem-1-sc' names no genes that can be used", "--gene-order"),
                   paths={"POST /api/models/gem-1-sc/predict": nameless, **ready},
                   other={"GET /mine": [{"json": {"model_version": 1, "gene_order": ["a b", "c"], "outputs": [output]}}]})
    yield Case("a gene_order of another length", says=("takes 6 counts a sample, and the gene_order at hand has 2 genes", "--gene-order"),
               code=6, charges=[], words=("--gene-order", "two_genes.txt"), how={"learns": True})


CASES = [*good_cases(), *too_large(), *bad_cases()]
