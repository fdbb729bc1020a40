# SPDX-License-Identifier: Apache-2.0
"""The real pysynthbio, unchanged, against gemflow serve: all documented ids, parameters and failures.
serve_pysynthbio.py GEMFLOW"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pysynthbio
from pysynthbio import http_client

from serving import HOSTED, Serving

PROGRAM = os.path.abspath(sys.argv[1])


def ask(server, query, model, **more):
    return pysynthbio.predict_query(query=query, model_id=model, api_base_url=server.url, auto_authenticate=False,
                                    poll_interval_seconds=1, **more)


def example(server, model):
    return pysynthbio.get_example_query(model_id=model, api_base_url=server.url)["example_query"]


def refused(kind, words, action):
    """The client's own error, with these words in it."""
    try:
        action()
    except kind as error:
        assert words in str(error), (words, str(error))
        return error
    raise AssertionError(f"no {kind.__name__} for {words!r}")


def baseline(server, model):
    query = example(server, model) | {"seed": 11, "deterministic_latents": True}
    query["inputs"][0]["num_samples"] = 3
    n = sum(one["num_samples"] for one in query["inputs"])
    first, second = ask(server, dict(query), model), ask(server, dict(query), model)
    assert first["expression"].shape[0] == n == len(first["metadata"])
    pd.testing.assert_frame_equal(first["expression"], second["expression"])
    counts = first["expression"].to_numpy()
    assert (counts[0] == counts[1]).all(), "without draws all replicates are the same"
    assert first["metadata"].loc[0, "modality"] == ("bulk" if "bulk" in model else "single-cell")
    for key, value in query["inputs"][0]["metadata"].items():
        assert (first["metadata"][key][:3] == value).all()
    usual = counts.sum(axis=1)
    assert (np.abs(usual / (1e7 if "bulk" in model else 1e4) - 1) < 0.25).all(), usual
    deep = ask(server, query | {"total_count": 8_000_000}, model)["expression"].to_numpy()
    assert (np.abs(deep.sum(axis=1) / 8e6 - 1) < 0.02).all(), deep.sum(axis=1)
    drawn = ask(server, query | {"sampling_strategy": "sample generation", "deterministic_latents": False}, model)["expression"].to_numpy()
    assert (drawn[0] != drawn[1]).any(), "draws differ"
    old = {key: value for key, value in query.items() if key != "sampling_strategy"} | {"mode": "mean estimation", "modality": "bulk"}
    pd.testing.assert_frame_equal(first["expression"], ask(server, old, model)["expression"])


def reference(server, model):
    query = example(server, model) | {"seed": 5}
    query["inputs"][0]["num_samples"] = 2
    depth = sum(query["inputs"][0]["counts"])
    kept = ask(server, dict(query), model)
    assert kept["expression"].shape == (2, len(query["inputs"][0]["counts"]))
    assert (np.abs(kept["expression"].sum(axis=1) / depth - 1) < 0.25).all()
    fixed = ask(server, query | {"fixed_total_count": True, "total_count": 50_000}, model)["expression"].sum(axis=1)
    assert (np.abs(fixed / 50_000 - 1) < 0.1).all(), fixed
    for groups in (["biological"], ["technical"], ["biological", "technical"]):
        assert len(ask(server, query | {"conditioning": groups}, model)["expression"]) == 2
    nested = query | {"inputs": [query["inputs"][0] | {"counts": {"counts": query["inputs"][0]["counts"]}}]}
    pd.testing.assert_frame_equal(kept["expression"], ask(server, nested, model)["expression"])
    same = ask(server, query | {"deterministic_latents": True}, model)["expression"].to_numpy()
    assert (same[0] == same[1]).all()


def predict(server, model):
    query = example(server, model)
    one = query["inputs"][0]
    half = {"counts": [count // 2 for count in one["counts"]]}
    answer = ask(server, query | {"seed": 3, "inputs": [one, half, one]}, model)
    assert len(answer["metadata"]) == 3
    assert answer["metadata"].iloc[0].equals(answer["metadata"].iloc[2])
    for field in answer["classifier_probs"].columns:
        for probabilities, label in zip(answer["classifier_probs"][field], answer["metadata"][field]):
            assert abs(sum(probabilities.values()) - 1) < 1e-4, field
            assert max(probabilities, key=probabilities.get) == label, (field, label)
    assert answer["expression"].shape == (3, len(one["counts"]))


def as_the_program_says(server, model):
    """The labels that the client gets are those of gemflow predict-metadata on the same cells."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        run = lambda *words: subprocess.run([PROGRAM, *words, "-q"], cwd=work, check=True, timeout=300)
        run("generate", "--set", "perturbation_type=control", "--num-samples", "30", "--sampling-strategy", "sample", "--seed", "4", "-o", "cells.csv")
        run("predict-metadata", "cells.csv", "-o", "labels.csv", "--max-outliers", "1", "--model", "default")
        cells = pd.read_csv(work / "cells.csv", index_col=0)
        labels = pd.read_csv(work / "labels.csv", index_col=0)
    answer = ask(server, {"inputs": [{"counts": row} for row in cells.to_numpy().astype(int).tolist()]}, model)
    assert list(answer["expression"].columns) == list(cells.columns)
    known = ~labels["gemflow_outlier"].to_numpy()
    assert known.sum() > 10
    ours = labels["gemflow_cell_type_ontology_id"].to_numpy()[known]
    theirs = answer["metadata"]["cell_type_ontology_id"].to_numpy()[known]
    assert (ours == theirs).all(), list(zip(ours, theirs))


def failures(server):
    errors = http_client
    refused(errors.NotFoundError, "models/gem-9/predict", lambda: ask(server, {"inputs": []}, "gem-9", raw_response=True))
    refused(errors.ValidationError, "inputs", lambda: ask(server, {"inputs": []}, "gem-1-sc"))
    counts = example(server, "gem-1-sc_predict-metadata")["inputs"][0]["counts"]
    error = refused(errors.ValidationError, "inputs[0].counts[1]", lambda: ask(
        server, {"inputs": [{"counts": [0, -3] + counts[2:]}]}, "gem-1-sc_predict-metadata"))
    assert error.status_code == 422
    refused(errors.ValidationError, "inputs[1].counts", lambda: ask(
        server, {"inputs": [{"counts": counts}, {"counts": counts[1:]}]}, "gem-1-sc_predict-metadata"))
    refused(Exception, "UBERON:9999999", lambda: ask(
        server, {"inputs": [{"metadata": {"tissue_ontology_id": "UBERON:9999999"}}]}, "gem-1-sc"))
    refused(Exception, "Query 2 has bad values for cell_type_ontology_id: CL:9999999", lambda: ask(
        server, {"inputs": [{"metadata": {}}, {"metadata": {"cell_type_ontology_id": "CL:9999999"}}]}, "gem-1-sc"))
    url = ask(server, example(server, "gem-1-sc"), "gem-1-sc", return_download_url=True)["download_url"]
    assert url.startswith(server.url + "/download/"), url
    os.environ["SYNTHESIZE_API_KEY"] = "another"
    refused(errors.AuthenticationError, "401", lambda: pysynthbio.list_models(api_base_url=server.url))
    os.environ["SYNTHESIZE_API_KEY"] = server.key


with Serving(PROGRAM, *(word for name in HOSTED for word in ("--as", name))) as server:
    os.environ["SYNTHESIZE_API_KEY"] = server.key
    os.environ["NO_PROXY"] = "*"
    listed = pysynthbio.list_models(api_base_url=server.url)["models"]
    assert [one["model_id"] for one in listed] == HOSTED
    assert pysynthbio.list_models(api_base_url=server.url + "/")["models"] == listed, "a slash too many"
    for name in HOSTED:
        (predict if "predict" in name else reference if "reference" in name else baseline)(server, name)
    as_the_program_says(server, "gem-1-sc_predict-metadata")
    failures(server)
    code = server.stop()
    assert code == 0, code
    assert server.key not in server.said, "the key of a file is not printed"
print("pysynthbio", pysynthbio.__version__ if hasattr(pysynthbio, "__version__") else "", "is served")
