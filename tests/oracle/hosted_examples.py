# SPDX-License-Identifier: Apache-2.0
"""Every page of docs/examples: its commands and the Python lines that they replace run against one gemflow serve, and give the same numbers.
hosted_examples.py GEMFLOW"""

import io
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pysynthbio

import made_samples
from serving import HOSTED, Serving, environment

PROGRAM = os.path.abspath(sys.argv[1])
SOURCE = Path(os.environ["GEMFLOW_SOURCE"])
PAGES = SOURCE / "docs/examples"


def blocks(page):
    """(language, code) in the order of the page."""
    return re.findall(r"^```(sh|python)\n(.*?)^```$", (PAGES / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def gemflow(*words):
    return subprocess.run([PROGRAM, *map(str, words), "-q"], check=True, capture_output=True, text=True).stdout


def run_page(page):
    """What its Python lines have named in the end, and what all its commands printed."""
    names, printed = {}, ""
    for language, code in blocks(page):
        if language == "python":
            exec(compile(code, page, "exec"), names)
            continue
        done = subprocess.run(["bash", "-euc", code], capture_output=True, text=True)
        assert done.returncode == 0, f"{page}: {code}\nended with {done.returncode}:\n{done.stderr}"
        printed += done.stdout
    return names, printed


def dense(matrix):
    return np.asarray(matrix.todense() if hasattr(matrix, "todense") else matrix)


def same_counts(ours, theirs):
    """Integers: equal. `ours` may have its genes in another order."""
    ours = ours[list(theirs.columns)]
    assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
    assert (ours.to_numpy() == theirs.to_numpy()).all(), np.argwhere(ours.to_numpy() != theirs.to_numpy())[:5]
    assert theirs.to_numpy().sum() > 0


def same_floats(ours, theirs):
    """What is stored as float32 is the client's number, rounded to float32."""
    ours, theirs = np.asarray(ours, np.float32), np.asarray(theirs, np.float64).astype(np.float32)
    assert ours.shape == theirs.shape and ours.size > 0, (ours.shape, theirs.shape)
    assert (ours == theirs).all(), np.abs(ours - theirs).max()


def frame(file, layer=None):
    found = anndata.read_h5ad(file)
    return pd.DataFrame(dense(found.layers[layer] if layer else found.X), found.obs_names, found.var_names)


def same_predictions(file, result, model_fields):
    """obs and obsm of an annotated file against the three frames of the client."""
    found = anndata.read_h5ad(file)
    classes = found.uns["gemflow"]["predict_metadata"]["classes"]
    for key in model_fields:
        field = key.removesuffix("_ontology_id")
        labels = found.obs[f"gemflow_{key}"].astype(str)
        assert list(labels) == list(result["metadata"][key]), key
        probs = pd.DataFrame(result["classifier_probs"][key].tolist())
        assert set(probs.columns) == set(classes[field]), (field, list(classes[field]))
        same_floats(found.obsm[f"gemflow_probs_{field}"], probs[list(classes[field])])
        same_floats(found.obs[f"gemflow_{field}_confidence"], probs.max(axis=1))
    for group in ["biological", "technical", "perturbation"]:
        same_floats(found.obsm[f"X_gemflow_{group}"], np.array(result["latents"][group].tolist()))
    return found


FIELDS = ["tissue_ontology_id", "cell_type_ontology_id", "sex", "perturbation_ontology_id", "perturbation_type"]


def annotate(names, _):
    result = names["result"]
    assert set(FIELDS) == set(result["metadata"].columns), list(result["metadata"].columns)
    found = same_predictions("annotated.h5ad", result, FIELDS)
    assert list(found.obs_names) == list(names["samples"].index)
    same_counts(frame("annotated.h5ad", "gemflow_decoder_sample"), result["expression"])
    table = pd.read_csv("annotations.csv")
    labels = pd.read_csv("labels.tsv", sep="\t")
    assert list(table["cell"]) == list(labels["cell"]) == list(found.obs_names)
    for key in FIELDS:
        assert list(table[f"gemflow_{key}"]) == list(labels[f"gemflow_{key}"]) == list(result["metadata"][key])
    same_floats(table["gemflow_tissue_confidence"], [max(one.values()) for one in result["classifier_probs"]["tissue_ontology_id"]])
    latents = pd.read_csv("latents.csv", index_col=0)
    same_floats(latents.filter(like="biological_"), np.array(result["latents"]["biological"].tolist()))
    best = pd.read_csv("best.tsv", sep="\t")
    assert set(best["cell"]) == {"S1"} and list(best["class"]) == list(names["best"].index)
    same_floats(best["probability"], names["best"])


def mislabelled(names, printed):
    wrong = list(names["mislabelled"].index)
    assert wrong == ["S4", "S9"], wrong
    found = anndata.read_h5ad("checked.h5ad")
    assert list(found.obs_names[found.obs["gemflow_tissue_check"] == "mismatch"]) == wrong
    table = pd.read_csv("mismatches.tsv", sep="\t")
    probs = names["result"]["classifier_probs"]["tissue_ontology_id"].set_axis(found.obs_names)
    assert list(table["cell"]) == wrong and list(table["predicted"]) == list(names["predicted"][wrong])
    assert list(table["given"]) == list(names["mislabelled"]["tissue"])
    same_floats(table["given_probability"], [probs[cell][given] for cell, given in zip(table["cell"], table["given"])])
    same_floats(table["confidence"], [max(probs[cell].values()) for cell in table["cell"]])
    shown = pd.read_csv(io.StringIO(printed[:printed.index("cell\t", 1)]), sep="\t")
    pd.testing.assert_frame_equal(shown, table)
    assert f"{wrong[0]}\t" in printed[printed.index("cell\t", 1):]


def batches(names, _):
    wanted = names["batch_means"]
    means = pd.read_csv("batch_means.tsv", sep="\t", index_col=0)
    assert list(means.index) == list(wanted.index) and len(wanted) == 2
    assert list(means["n_cells"]) == list(names["samples"].obs["batch"].value_counts().sort_index())
    assert np.allclose(means.drop(columns="n_cells"), wanted, rtol=1e-5, atol=1e-6)
    same_floats(pd.read_csv("technical.csv", index_col=0), names["technical"])


def generate(names, printed):
    same_counts(frame("baseline.h5ad"), names["baseline"]["expression"])
    same_counts(pd.read_csv("baseline_expression.csv", index_col=0), names["baseline"]["expression"])
    expression = pd.read_csv("client_expression.csv", index_col=0)
    same_counts(pd.read_csv("expression.csv", index_col=0), expression)
    assert len(expression) == 5
    ours, theirs = pd.read_csv("metadata.csv"), pd.read_csv("client_metadata.csv", index_col=0)
    for key in ["tissue_ontology_id", "sex"]:
        assert list(ours[key]) == list(theirs[key]), key
    assert list(ours["gemflow_replicate"]) == [1, 2, 1, 2, 3]
    assert "\tUBERON:0002371\tmale" in printed, printed
    assert printed.endswith("".join(f"{tissue}\n" for tissue in made_samples.TISSUES)), printed
    assert len(pd.read_csv("liver.csv")) == 1


def perturb(names, _):
    same_counts(frame("aspirin.h5ad"), names["one"]["expression"])
    same_counts(frame("knockout.h5ad"), names["knockout"]["expression"])
    same_counts(frame("drugs.h5ad"), names["drugs"]["expression"])
    assert [len(names[name]["expression"]) for name in ("one", "knockout", "drugs")] == [3, 5, 3]
    assert list(anndata.read_h5ad("drugs.h5ad").obs["perturbation_ontology_id"]) == list(names["drugs"]["metadata"]["perturbation_ontology_id"])
    same_counts(frame("pairs.h5ad", "gemflow_counts"), names["treated"])
    same_counts(frame("pairs.h5ad", "gemflow_control_counts"), names["control"])
    same_counts(pd.read_csv("controls.csv", index_col=0), names["control"])
    change = frame("pairs.h5ad", "gemflow_log2fc")[list(names["log2fc"].columns)]
    assert np.allclose(change, names["log2fc"], rtol=1e-5, atol=1e-5), np.abs(change.to_numpy() - names["log2fc"].to_numpy()).max()
    top, changes = pd.read_csv("top.tsv", sep="\t"), pd.read_csv("changes.tsv", sep="\t")
    for table in (top, changes):
        assert set(table["group"]) == set(names["top"])
        for tissue, wanted in names["top"].items():
            rows = table[table["group"] == tissue]
            assert list(rows["gene"]) == list(wanted.index), tissue
            assert np.allclose(rows["log2fc"], wanted, rtol=1e-5)
            assert list(rows["symbol"]) == list(anndata.read_h5ad("samples.h5ad").var["gene_symbols"][wanted.index]), tissue


def queries(names, _):
    expression = names["result"]["expression"]
    assert len(expression) >= 5
    same_counts(frame("queried.h5ad"), expression)
    same_counts(pd.read_csv("queried.csv", index_col=0), expression)
    ours = pd.read_csv("queried_metadata.csv", keep_default_na=False)
    assert list(ours["tissue_ontology_id"]) == list(names["result"]["metadata"]["tissue_ontology_id"])
    same_predictions("profiles.h5ad", names["profiled"], FIELDS)
    labels = pd.read_csv("profile_labels.csv")
    assert list(labels["gemflow_tissue_ontology_id"]) == list(names["profiled"]["metadata"]["tissue_ontology_id"])
    assert json.loads(Path("reply.json").read_text()) == names["reply"]


CHECKS = {"annotate.md": annotate, "mislabelled.md": mislabelled, "batches.md": batches, "generate.md": generate, "perturb.md": perturb,
          "queries.md": queries}


def write_inputs():
    """What the pages call samples: two of them with another tissue than their own; the csv in an order of its own, with genes that no model knows."""
    found = made_samples.samples(24, 2)
    tissues = list(found.obs["tissue"])
    for row in (3, 8):
        tissues[row] = next(tissue for tissue in made_samples.TISSUES if tissue != tissues[row])
    found.obs["tissue"] = tissues
    found.var["gene_symbols"] = [f"SYMBOL{i}" for i in range(found.n_vars)]  # the API tells none
    found.write_h5ad("samples.h5ad")
    table = found.to_df().astype(int)
    for i in range(5):
        table[f"ENSG{999_000_000 + i:011}"] = i
    table[sorted(table.columns, reverse=True)].to_csv("samples.csv", index_label="sample")
    Path("vocab").mkdir()
    Path("vocab/tissue_ontology_id.json").write_text(json.dumps(list(made_samples.TISSUES)))


def single_cells():
    """The same through the embedded default and measured cells: one query, the user's seed, equal numbers."""
    cells, ref = SOURCE / "data/immune_cells.h5ad", "synthesize:gem-1-sc"
    drug = {"perturbation_ontology_id": "IFNB1", "perturbation_type": "peptide or biologic"}
    gemflow("convert", cells, "--gene-order", "default", "--rows", "0:40", "-o", "cells.h5ad")
    rows = frame("cells.h5ad").round().astype(int).to_numpy().tolist()
    ask = lambda model, inputs, **more: pysynthbio.predict_query(
        query={"inputs": inputs, "seed": 7, **more}, model_id=f"gem-1-sc{model}", poll_interval_seconds=1)
    gemflow("predict-metadata", cells, "--rows", "0:40", "--model", ref, "--seed", 7, "-o", "cells_annotated.h5ad")
    same_predictions("cells_annotated.h5ad", ask("_predict-metadata", [{"counts": row} for row in rows]),
                     ["cell_type_ontology_id", "perturbation_type"])
    sets = [word for key, value in drug.items() for word in ("--set", f"{key}={value}")]
    gemflow("condition", cells, "--rows", "0:9", "--model", ref, *sets, "--new-cells", "--seed", 7, "-o", "cells_treated.h5ad")
    same_counts(frame("cells_treated.h5ad"), ask("_reference-conditioning", [
        {"counts": row, "metadata": drug, "num_samples": 1} for row in rows[:9]], sampling_strategy="mean estimation")["expression"])
    gemflow("generate", "--model", ref, "--set", "cell_type=CL:0000236", "--num-samples", 20, "--sampling-strategy", "sample", "--seed", 7,
            "-o", "cells_made.h5ad")
    same_counts(frame("cells_made.h5ad"), ask("", [{"metadata": {"cell_type_ontology_id": "CL:0000236"}, "num_samples": 20}],
                                              sampling_strategy="sample generation")["expression"])


def refuses_the_wrong_kind():
    """What looks like single cells is not sent to a bulk model, and its genes are not paid for."""
    genes = made_samples.GENES + [f"ENSG{800_000_000 + i:011}" for i in range(900)]
    counts = np.random.default_rng(3).poisson(0.2, (40, len(genes)))
    pd.DataFrame(counts, [f"C{i}" for i in range(40)], genes).to_csv("shallow.csv", index_label="cell")
    done = subprocess.run([PROGRAM, "predict-metadata", "shallow.csv", "--model", "synthesize:gem-1-bulk", "--min-overlap", "0.1",
                           "-o", "wrong.h5ad"], capture_output=True, text=True, env={**os.environ, "GEMFLOW_CACHE_DIR": "empty_cache"})
    assert done.returncode == 4 and "these look like single cells" in done.stderr, (done.returncode, done.stderr)
    assert "charged" not in done.stderr and " go to " not in done.stderr, done.stderr
    assert not Path("wrong.h5ad").exists() and not Path("wrong.h5ad.journal").exists()


def lists_models():
    """What the API says of its models, for people."""
    done = subprocess.run([PROGRAM, "models", "synthesize:"], capture_output=True, text=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("synthesize:gem-1-bulk_predict-metadata "))
    assert "modality bulk" in line and "task predict_metadata" in line and "{" not in line, line


assert {page.name for page in PAGES.glob("*.md")} == {"README.md", *CHECKS}, "a page without a test, or a test without its page"
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    bulk = made_samples.train(PROGRAM, Path(folder))
    write_inputs()
    served = [word for name in HOSTED for word in ("--as", f"{name}={bulk}" if "bulk" in name else name)]
    with Serving(PROGRAM, "--model", "default", *served) as server:
        os.environ.update(environment(server, GEMFLOW_CACHE_DIR=f"{folder}/cache",
                                      PATH=f"{os.path.dirname(PROGRAM)}:{os.environ['PATH']}"))
        for page, check in CHECKS.items():
            check(*run_page(page))
            print(page, "gives what pysynthbio gives")
        single_cells()
        refuses_the_wrong_kind()
        lists_models()
        assert server.stop() == 0, server.said
    os.chdir("/")
