# SPDX-License-Identifier: Apache-2.0
"""label_check.py GEMFLOW: given labels against predicted ones (--check) are what pandas finds in the same file, and the table lists
the mismatches: on real cells, with labels as they are, in other spellings, missing, and of classes that the model lacks."""

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


def folded(text):
    return " ".join(text.lower().replace("_", " ").replace(":", " ").split())


def expected(found, column, field):
    """One verdict a cell, from the labels and classes that the file itself holds."""
    classes = {folded(one) for one in found.uns["gemflow"]["predict_metadata"]["classes"][field]}
    verdicts = []
    for given, label in zip(found.obs[column], found.obs[f"gemflow_{field}"]):
        if pd.isna(given) or pd.isna(label) or folded(given) not in classes:
            verdicts.append("not_comparable")
        elif label == "unassigned":
            verdicts.append("uncertain")
        else:
            verdicts.append("match" if folded(given) == folded(label) else "mismatch")
    return np.array(verdicts)


def check(found, table, column, field):
    verdicts = expected(found, column, field)
    ours = found.obs[f"gemflow_{field}_check"]
    assert isinstance(ours.dtype, pd.CategoricalDtype) and sorted(ours.cat.categories) == sorted(set(verdicts)), ours.dtype
    assert (ours.to_numpy() == verdicts).all(), (column, field)
    classes = list(found.uns["gemflow"]["predict_metadata"]["classes"][field])
    rows = table[table.field == field].set_index("cell")
    wrong = found[verdicts == "mismatch"]
    assert list(rows.index) == list(wrong.obs_names) and list(rows.given) == list(wrong.obs[column].astype(str))
    assert list(rows.predicted) == list(wrong.obs[f"gemflow_{field}"].astype(str))
    assert (rows.confidence.to_numpy(np.float32) == wrong.obs[f"gemflow_{field}_confidence"].to_numpy()).all()
    of_given = [[folded(one) for one in classes].index(folded(given)) for given in rows.given]
    probs = wrong.obsm[f"gemflow_probs_{field}"][np.arange(len(rows)), of_given]
    assert (rows.given_probability.to_numpy(np.float32) == np.asarray(probs)).all()
    counts = pd.Series(verdicts).value_counts().to_dict()
    print(f"{field} against {column}: {counts}")
    return counts


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    data = anndata.read_h5ad(cells)
    given = data.obs["cell_type"].astype(object)
    given[::7] = given[::7].str.upper().str.replace(" ", "_")
    given[3::11] = np.nan
    given[5::13] = "Neutrophils"
    given[6::17] = "NK cells"
    data.obs["given"] = given
    data.write_h5ad(folder / "in.h5ad")
    words = ["predict-metadata", folder / "in.h5ad", "-o", folder / "out.h5ad", "--check", "given=cell_type", "--check",
             "perturbation_type=perturbation_type", "--check-table", folder / "differ.tsv", "--min-confidence", "0.6", "-q"]
    subprocess.run([gemflow, *map(str, words)], check=True)
    found = anndata.read_h5ad(folder / "out.h5ad")
    assert found.obs["given"].equals(anndata.read_h5ad(folder / "in.h5ad").obs["given"]), "the given labels were touched"
    table = pd.read_csv(folder / "differ.tsv", sep="\t")
    by_type = check(found, table, "given", "cell_type")
    by_stimulus = check(found, table, "perturbation_type", "perturbation_type")
    assert min(by_type.values()) > 10 and len(by_type) == 4, by_type
    assert by_stimulus["match"] > 0.9 * (by_stimulus["match"] + by_stimulus["mismatch"]), by_stimulus
