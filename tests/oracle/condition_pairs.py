# SPDX-License-Identifier: Apache-2.0
"""condition_pairs.py GEMFLOW: treated cells and their controls, beside real cells and as cells of their own: controls are what a run
under perturbation_type=control makes, changes and the genes of --top-genes what numpy and pandas work out from the same file."""

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
    subprocess.run([gemflow, *map(str, words), "-q", "--sampling-strategy", "sample"], check=True)


def cpm(matrix):
    matrix = np.asarray(matrix.todense(), float)
    total = matrix.sum(1, keepdims=True)
    return matrix / total * 1e6


def top_genes(treated, control, groups, names, n):
    rows = []
    for group in sorted(set(groups)):
        means = [one[groups == group].mean(0) for one in (treated, control)]
        change = np.log2(means[0] + 1) - np.log2(means[1] + 1)
        for rank, gene in enumerate(np.argsort(-np.abs(change), kind="stable")[:n]):
            rows.append((group, rank + 1, names[gene], change[gene], means[1][gene], means[0][gene], (groups == group).sum()))
    return pd.DataFrame(rows, columns=["group", "rank", "gene", "log2fc", "mean_control", "mean_treated", "n_cells"])


def compare(found, wanted):
    assert list(found.columns) == ["group", "rank", "gene", "symbol", *wanted.columns[3:]], found.columns
    for column in wanted.columns:
        same = np.allclose if wanted[column].dtype == float else lambda a, b: list(a) == list(b)
        assert same(found[column], wanted[column]), (column, found[column][:9], wanted[column][:9])


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    run("condition", cells, "-o", folder / "pairs.h5ad", "--set", "perturbation=IFNB1", "--with-control", "--log2fc", "--by",
        "cell_type", "--top-genes", 15, "--top-genes-table", folder / "top.csv")
    run("condition", cells, "-o", folder / "control.h5ad", "--set", "perturbation_type=control")
    pairs = anndata.read_h5ad(folder / "pairs.h5ad")
    control = anndata.read_h5ad(folder / "control.h5ad").layers["gemflow_counts"]
    assert (pairs.layers["gemflow_control_counts"] != control).nnz == 0, "a control is not what the model makes of no perturbation"
    assert "cell_type" in pairs.obs and pairs.obs["cell_type"].equals(anndata.read_h5ad(cells).obs["cell_type"])

    shared = pairs.var["gemflow_in_model"].to_numpy()
    treated, control = (cpm(pairs.layers[layer][:, shared]) for layer in ("gemflow_counts", "gemflow_control_counts"))
    change = np.log2(treated + 1) - np.log2(control + 1)
    assert np.allclose(pairs.layers["gemflow_log2fc"].todense()[:, shared], change, atol=1e-5)
    assert pairs.layers["gemflow_log2fc"][:, ~shared].nnz == 0
    groups = pairs.obs["cell_type"].astype(str).to_numpy()
    wanted = top_genes(treated, control, groups, pairs.var["gemflow_gene"][shared].to_numpy(), 15)
    compare(pd.read_csv(folder / "top.csv"), wanted)

    # Cells of their own: three samples of each of some cells, each with its control.
    run("condition", cells, "--rows", "10:30", "-o", folder / "new.h5ad", "--set", "perturbation=IFNB1", "--with-control", "--log2fc",
        "--num-samples", 3, "--top-genes", 10, "--top-genes-table", folder / "new.tsv")
    new = anndata.read_h5ad(folder / "new.h5ad")
    assert list(new.obs["gemflow_role"]) == ["treated", "control"] * 60 and new.obs_names.is_unique
    assert list(new.obs["perturbation_type"][1::2]) == ["control"] * 60 and new.obs["perturbation_ontology_id"][1::2].isna().all()
    treated, control = cpm(new.X[::2]), cpm(new.X[1::2])
    change = np.log2(treated + 1) - np.log2(control + 1)
    assert np.allclose(new.layers["gemflow_log2fc"][::2].todense(), change, atol=1e-5) and new.layers["gemflow_log2fc"][1::2].nnz == 0
    found = pd.read_csv(folder / "new.tsv", sep="\t", keep_default_na=False)
    compare(found, top_genes(treated, control, np.array([""] * 60), new.var_names.to_numpy(), 10))
    known = {"IFIT1", "IFIT2", "IFIT3", "ISG15", "ISG20", "CXCL10", "CXCL11", "APOBEC3B", "IFI6", "MX1", "OAS1", "RSAD2", "CCL8"}
    print("most changed:", ", ".join(found.gene))
    assert len(known & set(wanted.gene)) >= 8, set(wanted.gene)
