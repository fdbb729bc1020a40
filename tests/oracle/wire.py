# SPDX-License-Identifier: Apache-2.0
"""Queries and replies as Python's json writes them are read as they are meant; what we write is read by Python's json as the
same values, and by pysynthbio's own transformers as the same frames.    wire.py WIRE_TEXT"""
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from pysynthbio import output_transformers

from dumped import require

PROGRAM = sys.argv[1]
N_GENES = 700
GENES = [f"ENSG{i:011d}" for i in range(N_GENES)]
WAYS = ({}, {"separators": (",", ":")}, {"indent": 2}, {"ensure_ascii": False})


def through(work, words, document, **how):
    """What our program writes of a document that Python wrote; its message where it refuses."""
    source, out = work / "in.json", work / "out.json"
    source.write_text(json.dumps(document, **how), encoding="utf-8")
    run = subprocess.run([PROGRAM, *map(str, words), source, out], capture_output=True, text=True, timeout=300)
    require(run.returncode in (0, 3), "wire_text ended with", run.returncode, run.stderr)
    return json.loads(out.read_text(encoding="utf-8")) if run.returncode == 0 else run.stderr.strip()


def some_counts(dice, kind):
    """Bulk-like, single-cell-like, all zero, or with decimals."""
    if kind == "bulk":
        return [int(10 ** dice.uniform(0, 7.5)) if dice.random() > 0.15 else 0 for _ in GENES]
    if kind == "cell":
        return [dice.choice([1, 2, 3, 17, 250]) if dice.random() < 0.08 else 0 for _ in GENES]
    if kind == "decimals":
        return [round(dice.uniform(0, 50), dice.randrange(1, 15)) if dice.random() < 0.5 else 0.0 for _ in GENES]
    return [0] * N_GENES


METADATA = [{"sex": "female", "age_years": "44", "tissue_ontology_id": "UBERON:0002107"}, {},
            {"genotype": "é \"quoted\" \\ \n\t\u0001 \U0001f9ec", "perturbation_dose": "10 µm"},
            {"study": ["PRJ1", {"a": [1.5, None, True, -2]}], "race": False}]


def check_requests(work, dice, how):
    for task in ("generate", "condition", "predict_metadata"):
        inputs = []
        for kind, metadata in zip(("bulk", "cell", "zero", "bulk"), METADATA):
            one = {} if task == "generate" else {"counts": some_counts(dice, kind)}
            if task != "predict_metadata":
                one |= {"metadata": metadata, "num_samples": dice.randrange(1, 9)}
            inputs.append(one)
        query = {"source": "pysynthbio", "extra": {"a": [1, 2.5, "x"], "b": None}, "seed": dice.randrange(2**63), "inputs": inputs}
        if task != "predict_metadata":
            query |= {"sampling_strategy": "sample generation", "total_count": 8_000_000, "deterministic_latents": True}
        if task == "condition":
            query |= {"conditioning": ["biological"], "fixed_total_count": True}
        require(through(work, ("request", task), query, **how) == query, "query of", task, how)
        floats = query | {"inputs": [one | ({"counts": [float(c) for c in one["counts"]]} if "counts" in one else {}) for one in inputs]}
        require(through(work, ("request", task), floats, **how) == query, "whole floats of", task, how)
        if task != "generate":
            nested = query | {"inputs": [one | {"counts": {"counts": one["counts"]}} for one in inputs]}
            require(through(work, ("request", task), nested, **how) == query, "nested counts of", task, how)


def latents(dice):
    draw = lambda n: [float(np.float32(dice.gauss(0, 30))) for _ in range(n)]
    return {"biological": draw(12), "technical": draw(3), "perturbation": []}


def equal_floats(ours, theirs):
    return list(ours) == list(theirs) and all(
        np.array_equal(np.float32(ours[key]), np.float32(theirs[key])) for key in theirs)


def check_standard(work, dice, how):
    for kind in ("bulk", "cell", "zero", "decimals"):
        dense = [some_counts(dice, kind) for _ in range(5)]
        forms = {"list": dense, "wrapped": [{"counts": row} for row in dense],
                 "map": [{gene: count for gene, count in dice.sample(list(zip(GENES, row)), N_GENES) if count} for row in dense]}
        for form, counts in forms.items():
            outputs = [{"counts": row, "metadata": {"sex": "", "modality": "bulk"}, "latents": latents(dice)} for row in counts]
            for document in ({"gene_order": GENES, "outputs": outputs, "model_version": 3},
                             {"outputs": outputs, "model_version": "2.2", "gene_order": GENES}):
                ours = through(work, ("reply", "generate", 5), document, **how)
                require(isinstance(ours, dict), kind, form, ours)
                require(ours["gene_order"] == GENES and ours["model_version"] == str(document["model_version"]), form)
                require([one["counts"] for one in ours["outputs"]] == dense, "counts of", kind, form, how)
                for one, other in zip(ours["outputs"], outputs):
                    require(equal_floats(one["latents"], other["latents"]), "latents of", kind, form)
                    require(len(one["metadata"]) == 20 and one["metadata"]["sex"] == "", "echo", one["metadata"])
                if form == "map" and kind == "cell":
                    require(through(work, ("reply", "generate", 5), [document], **how) == ours, "a list around all")
        theirs = output_transformers.transform_standard_model_output({"gene_order": GENES, "outputs": outputs, "model_version": 3})
        frames = output_transformers.transform_standard_model_output(ours)
        for key in ("expression", "latents"):
            require(theirs[key].shape == frames[key].shape and list(theirs[key].columns) == list(frames[key].columns), key)
        require(theirs["expression"].equals(frames["expression"]), "pysynthbio's counts of", kind)
        require(list(frames["metadata"]["modality"]) == ["bulk"] * 5, "pysynthbio's metadata")


CLASSES = {"sex": ["female", "male"], "age_years": [str(i) for i in range(96)],
           "tissue_ontology_id": [f"UBERON:{i:07d}" for i in range(442)], "sample_type": ["cell line", "other", "é \"x\""]}


def check_predicted(work, dice, how):
    outputs = []
    for _ in range(6):
        probabilities, metadata = {}, {}
        for key, classes in dice.sample(list(CLASSES.items()), len(CLASSES)) if outputs else CLASSES.items():
            weights = np.float32([dice.random() for _ in classes])
            named = list(zip(classes, (float(w) for w in weights / weights.sum())))
            probabilities[key] = dict(dice.sample(named, len(named)) if outputs else named)
            metadata[key] = max(named, key=lambda pair: pair[1])[0]
        outputs.append({"metadata": metadata, "classifier_probs": probabilities, "latents": latents(dice),
                        "decoder_sample": {"counts": some_counts(dice, "bulk")}})
    document = {"gene_order": GENES, "outputs": outputs, "model_version": "2.2"}
    ours = through(work, ("reply", "predict_metadata", 6), document, **how)
    require(isinstance(ours, dict), ours)
    for one, other in zip(ours["outputs"], outputs):
        require(one["metadata"] == other["metadata"], "labels", one["metadata"], other["metadata"])
        require(one["decoder_sample"] == other["decoder_sample"], "decoder sample")
        require(equal_floats(one["latents"], other["latents"]), "latents")
        require(list(one["classifier_probs"]) == list(CLASSES), "order of fields")
        for key, classes in CLASSES.items():
            require(list(one["classifier_probs"][key]) == classes, "order of classes of", key)
            for name, probability in other["classifier_probs"][key].items():
                require(np.float32(one["classifier_probs"][key][name]) == np.float32(probability), "probability of", name)
    theirs, frames = (output_transformers.transform_metadata_model_output(each) for each in (document, ours))
    require(theirs["metadata"][list(CLASSES)].equals(frames["metadata"][list(CLASSES)]), "pysynthbio's labels")
    require(theirs["expression"].equals(frames["expression"]), "pysynthbio's decoder samples")
    without = through(work, ("reply", "predict_metadata", 6), {"outputs": [{k: v for k, v in one.items() if k != "metadata"} | {
        "decoder_sample": None} for one in outputs]}, **how)
    require([one["metadata"] for one in without["outputs"]] == [one["metadata"] for one in outputs], "labels by the largest probability")


def main():
    dice = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        for how in WAYS:
            for check in (check_requests, check_standard, check_predicted):
                check(Path(folder), dice, how)
    print("the wire is what Python's json and pysynthbio make of it")


main()
