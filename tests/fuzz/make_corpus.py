# SPDX-License-Identifier: Apache-2.0
"""Small queries and replies of every shape that the API is known to have: what the fuzz targets begin with.
make_corpus.py FOLDER writes FOLDER/request/* and FOLDER/reply/*; the first byte of each is the target's choice of task."""
import json
import sys
from pathlib import Path

WAYS = ({}, {"separators": (",", ":")}, {"indent": 1})
GENES = ["ENSG00000000003", "ENSG00000000005", "ENSG00000000419"]
TASKS = {"generate": 0, "condition": 1, "predict_metadata": 2}


def requests():
    metadata = {"sex": "female", "age_years": 44, "dose": "10 \u00b5m", "x": [1, {"a": None}], "y": 1.5, "z": True}
    for counts in ([0, 12, 5, 0, 33], [0] * 40, [1234567, 99999999, 123456789, 0], [12.0, 0.0, 1e22], {"counts": [1, 2, 3]}):
        yield "condition", {"inputs": [{"counts": counts, "metadata": metadata, "num_samples": 3}, {"counts": counts}],
                            "conditioning": ["biological"], "fixed_total_count": True, "seed": 7, "source": "x"}
        yield "predict_metadata", {"seed": 4.0, "inputs": [{"counts": counts}, {"counts": counts}], "modality": "bulk"}
    yield "generate", {"mode": "sample generation", "total_count": 1e5, "deterministic_latents": False,
                       "inputs": [{"metadata": metadata, "num_samples": 2}, {"metadata": {}}], "extra": {"a": [[], {}]}}
    yield "condition", {"conditioning": "technical", "inputs": [{"counts": [-1, 2.5, None]}]}


def replies():
    latents = {"biological": [0.11, -0.4, 1e-30], "technical": [26.1], "perturbation": []}
    for counts in ([904, 0, 539], {"counts": [1.5, 0, 2]}, {GENES[2]: 3, GENES[0]: 1.0}, {}):
        one = {"counts": counts, "metadata": {"sex": "", "modality": "bulk"}, "latents": latents}
        yield 0, {"model_version": 3, "gene_order": GENES, "outputs": [one]}
        yield 2, [{"outputs": [one, one], "gene_order": GENES, "model_version": "2.2"}]
    predicted = {"metadata": {"sex": "male", "age_years": "44"}, "latents": latents, "decoder_sample": {"counts": [17, 4, 0]},
                 "classifier_probs": {"sex": {"female": 0.07, "male": 0.93}, "tissue_ontology_id": {"UBERON:1": 0.5, "UBERON:2": 1e-9},
                                      "age_years": {"43": 0.25, "44": 0.75}}}
    for choice in (1, 5):
        yield choice, {"outputs": [predicted], "gene_order": GENES}
        yield choice + 2, {"outputs": [predicted, {"classifier_probs": {"sex": {"male": 1}}}]}
    yield 0, {"error": "Invalid", "errors": [{"path": "inputs[0]", "message": "bad", "code": "x"}]}


def main():
    folder = Path(sys.argv[1])
    for name, texts in (("request", ((TASKS[task], query) for task, query in requests())), ("reply", replies())):
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        step = 3 if name == "request" else 8
        for number, (choice, document) in enumerate(texts):
            for way, how in enumerate(WAYS):
                text = json.dumps(document, **how).encode()
                (place / f"{number:02}_{way}").write_bytes(bytes([choice + step * (number % 25)]) + text)


main()
