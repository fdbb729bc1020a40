# SPDX-License-Identifier: Apache-2.0
"""h5ad_concat.py GEMFLOW: several files made one are what anndata.concat makes of them, genes joined both ways."""

import os
import subprocess
import sys
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

import anndata
import numpy as np
import pandas as pd

from files_at_hand import h5ads
from h5ad_convert import same_matrix

warnings.simplefilter("ignore")


def made(folder):
    """Three samples whose genes and obs differ: order, number, categories, a column that one lacks, one of another type."""
    random = np.random.default_rng(5)
    kinds = {"one": ["B", "T"], "two": ["NK", "T"], "three": ["B", "T"]}
    genes = {"one": range(0, 30), "two": range(39, 9, -1), "three": [*range(12, 25), *range(50, 55)]}
    paths = []
    for name, labels in kinds.items():
        n, wanted = 40 + 3 * len(name), [f"gene_{gene}" for gene in genes[name]]
        obs = pd.DataFrame({"type": pd.Categorical(random.choice([*labels, None], n)), "depth": random.random(n),
                            "batch": 1 if name == "two" else "x", "note": [f"{name} {cell}" for cell in range(n)]},
                           index=[f"cell_{cell}" for cell in range(n)])
        if name != "three":
            obs["only"] = True
        counts = random.poisson(0.4, (n, len(wanted))).astype("f4")
        paths.append(os.path.join(folder, f"{name}.h5ad"))
        anndata.AnnData(counts, obs=obs, var=pd.DataFrame(index=wanted)).write_h5ad(paths[-1])
    return paths


def as_text(column):
    """Nullable columns come out as labels or as numbers with NaN: the same values."""
    def text(value):
        if value is pd.NA or value is None or value != value:
            return ""
        return str(value) if isinstance(value, (bool, np.bool_, str)) else repr(float(value))
    return [text(value) for value in column]


def is_nullable(column):
    return isinstance(column.dtype, pd.api.extensions.ExtensionDtype) and column.dtype.name in ("boolean", "Int64", "Int32", "Int8")


def same_column(expected, got, name):
    assert as_text(expected) == as_text(got), name
    if is_nullable(expected):
        return
    assert isinstance(got.dtype, pd.CategoricalDtype) == isinstance(expected.dtype, pd.CategoricalDtype), (name, got.dtype)
    if isinstance(got.dtype, pd.CategoricalDtype):
        assert set(got.cat.categories) == set(expected.dropna().unique()), (name, got.cat.categories)
    elif expected.dtype.kind in "biuf":
        assert got.dtype.kind == expected.dtype.kind, (name, got.dtype)


def check(program, paths, join, folder):
    out = os.path.join(folder, "together.h5ad")
    words = [program, "convert", *paths, "-o", out, "--join", join, "--sample-key", "origin", "--overwrite", "-q"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    got = anndata.read_h5ad(out)
    inputs = {Path(path).stem: anndata.read_h5ad(path) for path in paths}
    expected = anndata.concat(inputs, join=join, label="origin", index_unique="-", fill_value=0)
    assert list(got.obs_names) == list(expected.obs_names)
    assert set(got.var_names) == set(expected.var_names) and got.var_names.is_unique
    first = next(iter(inputs.values()))
    assert got.X.dtype == np.result_type(*[each.X.dtype for each in inputs.values()])  # not concat's float64 where dense float32 is filled
    same_matrix(expected[:, got.var_names].X.astype(got.X.dtype), got.X, "X")
    assert list(got.var_names[got.var_names.isin(first.var_names)]) == [gene for gene in first.var_names if gene in set(got.var_names)]
    in_all = set.intersection(*(set(each.obs.columns) for each in inputs.values()))
    kinds = {name: {str(each.obs[name].dtype) == "category" or each.obs[name].dtype.kind for each in inputs.values()} for name in in_all}
    shared = {name for name in in_all if len(kinds[name]) == 1}
    assert set(got.obs.columns) == shared | {"origin"}, (list(got.obs.columns), shared)
    for name in got.obs.columns:
        same_column(expected.obs[name], got.obs[name], name)


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        sets = [made(folder)]
        real = {path.stem: str(path) for path in h5ads()}
        sets += [[real[name] for name in pair] for pair in (("kang_pbmc", "kang_labelled"), ("toy_0.8.0", "toy_0.13.4"),
                                                             ("toy_0.13.4_csc", "toy_0.13.4_dense")) if set(pair) <= set(real)]
        for paths in sets:
            for join in ("inner", "outer"):
                check(program, paths, join, folder)
    print(f"anndata {version('anndata')}: {len(sets)} sets of files joined both ways")


if __name__ == "__main__":
    main(sys.argv[1])
