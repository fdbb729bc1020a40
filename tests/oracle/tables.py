# SPDX-License-Identifier: Apache-2.0
"""tables.py GEMFLOW: every table that `gemflow table` makes of a result is what anndata and pandas make of the same file: numbers bit for
bit where they are stored, means as pandas has them."""

import io
import subprocess
import sys
import tempfile
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
from files_at_hand import kang_labelled

gemflow = sys.argv[1]
cells = kang_labelled()


def run(*words):
    return subprocess.run([gemflow, *map(str, words), "-q"], check=True, capture_output=True, text=True).stdout


def table(file, what, *words, out=None):
    """The table as pandas reads it; numbers are taken as float32, as they are stored."""
    if out is None:
        return pd.read_csv(io.StringIO(run("table", file, "--what", what, *words)), sep="\t", keep_default_na=False, dtype=str)
    run("table", file, "--what", what, "-o", out, *words)
    return pd.read_csv(out, sep="\t" if ".tsv" in out.name else ",", keep_default_na=False, dtype=str)


def same_floats(texts, values):
    """Read back the very numbers, and none is written longer than it must be."""
    values = np.asarray(values, np.float32)
    read = np.array([np.float32(text) for text in np.asarray(texts).ravel()]).reshape(values.shape)
    assert (read.view(np.uint32) == values.view(np.uint32)).all()
    longest = max(len(str(value)) for value in values.ravel())
    assert max(map(len, np.asarray(texts).ravel())) <= longest, "a number is written longer than numpy writes it"


def check_labels(file, found, folder):
    rows = table(file, "labels", out=folder / "labels.csv.gz")
    columns = [name for name in found.obs if name.startswith("gemflow_")]
    assert list(rows.columns) == ["cell", *columns] and list(rows.cell) == list(found.obs_names)
    for name in columns:
        if found.obs[name].dtype == np.float32:
            same_floats(rows[name], found.obs[name])
        else:
            assert list(rows[name].str.lower()) == list(found.obs[name].astype(str).str.lower()), name


def check_probs(file, found):
    n = 5
    rows = table(file, "probs", "--field", "cell_type", "--top", n)
    classes = np.asarray(found.uns["gemflow"]["predict_metadata"]["classes"]["cell_type"])
    probs = found.obsm["gemflow_probs_cell_type"]
    best = np.argsort(-probs, axis=1, kind="stable")[:, :n]
    assert list(rows["class"]) == list(classes[best].ravel()) and list(rows["rank"].astype(int)) == list(range(1, n + 1)) * found.n_obs
    assert list(rows.cell) == list(np.repeat(found.obs_names, n))
    same_floats(rows.probability, np.take_along_axis(probs, best, 1).ravel())


def check_latents(file, found):
    rows = table(file, "latents", "--group", "biological")
    same_floats(rows.iloc[:, 1:], found.obsm["X_gemflow_biological"])
    chosen = table(file, "latents", "--where", "donor_id=107", "--rows", "100:1400")
    some = found[100:1400]
    some = some[some.obs["donor_id"].astype(str) == "107"]
    groups = sorted(name.removeprefix("X_gemflow_") for name in found.obsm if name.startswith("X_gemflow_"))
    assert list(chosen.cell) == list(some.obs_names)
    same_floats(chosen.iloc[:, 1:], np.hstack([some.obsm[f"X_gemflow_{group}"] for group in groups]))
    means = table(file, "latents", "--group", "technical", "--by", "donor_id").set_index("donor_id")
    latents = pd.DataFrame(found.obsm["X_gemflow_technical"].astype(float), index=found.obs_names)
    wanted = latents.groupby(found.obs["donor_id"].astype(str)).mean()
    assert list(means.index) == list(wanted.index)
    assert list(means.n_cells.astype(int)) == list(found.obs["donor_id"].astype(str).value_counts().sort_index())
    assert np.allclose(means.iloc[:, 1:].astype(float), wanted, rtol=1e-12)


def check_mismatches(file, found):
    rows = table(file, "mismatches")
    wrong = found[found.obs["gemflow_cell_type_check"] == "mismatch"]
    assert list(rows.cell) == list(wrong.obs_names) and list(rows.given) == list(wrong.obs["cell_type"])
    same_floats(rows.confidence, wrong.obs["gemflow_cell_type_confidence"])


def check_expression(file, found, layer, folder):
    rows = table(file, "expression", "--rows", "5:90", out=folder / f"{layer}.tsv").set_index("cell")
    some = found[5:90].to_df(layer if layer in found.layers else None)
    assert list(rows.columns) == list(found.var_names) and (rows.astype(float).to_numpy() == some.to_numpy()).all()


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    labels, pairs, new = (folder / one for one in ("labels.h5ad", "pairs.h5ad", "new.h5ad"))
    run("predict-metadata", cells, "-o", labels, "--check", "cell_type=cell_type")
    run("condition", cells, "-o", pairs, "--set", "perturbation=IFNB1", "--with-control", "--log2fc")
    run("condition", cells, "--rows", "0:40", "-o", new, "--set", "perturbation=IFNB1", "--with-control", "--num-samples", "2")
    found = anndata.read_h5ad(labels)
    check_labels(labels, found, folder)
    check_probs(labels, found)
    check_latents(labels, found)
    check_mismatches(labels, found)
    check_expression(labels, found, "X", folder)
    check_expression(pairs, anndata.read_h5ad(pairs), "gemflow_counts", folder)

    made = anndata.read_h5ad(new)
    rows = table(new, "metadata", out=folder / "metadata.csv")
    assert list(rows.columns) == ["cell", *made.obs.columns] and list(rows.cell) == list(made.obs_names)
    for column in made.obs:
        wanted = made.obs[column].astype(object).where(made.obs[column].notna(), "")
        assert list(rows[column]) == list(wanted.astype(str)), column

    # Changes: means of counts per million by group, from layers and from cells of their own.
    both = anndata.read_h5ad(pairs)
    both = both[:, both.var["gemflow_in_model"]]
    cpm = {layer: both.to_df(layer).pipe(lambda one: one.div(one.sum(axis=1), axis=0) * 1e6) for layer in ("gemflow_counts", "gemflow_control_counts")}
    means = {layer: one.groupby(both.obs["cell_type"].astype(str)).mean() for layer, one in cpm.items()}
    change = np.log2(means["gemflow_counts"] + 1) - np.log2(means["gemflow_control_counts"] + 1)
    rows = table(pairs, "changes", "--by", "cell_type", "--top-genes", "12")
    for group, part in rows.groupby("group"):
        wanted = change.loc[group].abs().sort_values(ascending=False, kind="stable").index[:12]
        assert list(part.symbol) == list(wanted), group
        assert np.allclose(part.log2fc.astype(float), change.loc[group, wanted])
    assert rows.group.nunique() == 5
    by_role = {role: one.div(one.sum(axis=1), axis=0).mean() * 1e6 for role, one in made.to_df().groupby(made.obs["gemflow_role"], observed=True)}
    rows = table(new, "changes")
    assert len(rows) == 20 and set(rows.n_cells) == {"80"}
    assert np.allclose(rows.mean_treated.astype(float), by_role["treated"][rows.gene])
    assert np.allclose(rows.mean_control.astype(float), by_role["control"][rows.gene])
    print("labels, probs, latents, mismatches, expression, metadata and changes are what anndata and pandas have")
