# SPDX-License-Identifier: Apache-2.0
"""h5ad_concat.py GEMFLOW: several files made one are what anndata.concat makes of them, genes joined both ways: X, obs, and the obsm
and layers that all have. Where some name genes by symbols and others by ids, it is what anndata makes of them once they are named alike."""

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
import scipy.sparse as sp

from files_at_hand import h5ads
from h5ad_convert import same_matrix

warnings.simplefilter("ignore")


def made(folder):
    """Three samples whose genes and obs differ: order, number, categories, a column that one lacks, some of another type."""
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
        # Columns that are read as other types where a file has no gaps, or no value twice.
        obs["age"] = pd.array([None if name == "two" and cell == 3 else cell for cell in range(n)], dtype="Int64")
        obs["smoker"] = pd.array([None if name == "one" and cell == 3 else cell % 3 == 0 for cell in range(n)], dtype="boolean")
        obs["plate"] = [f"{cell if name == 'three' else cell // 2}" for cell in range(n)]
        obs["size"] = np.arange(n).astype({"one": "i4", "two": "f4", "three": "i8"}[name])
        counts = random.poisson(0.4, (n, len(wanted))).astype("f4")
        paths.append(os.path.join(folder, f"{name}.h5ad"))
        data = anndata.AnnData(counts, obs=obs, var=pd.DataFrame(index=wanted))
        add_beside(data, name, random)
        data.write_h5ad(paths[-1])
    return paths


def add_beside(data, name, random):
    """obsm and layers that all have, that one lacks, that are of another width or of no width at all."""
    n = data.n_obs
    data.obsm["X_pca"] = random.random((n, 5)).astype("f4")
    data.obsm["X_exact"] = random.random((n, 2))
    data.obsm["X_wide"] = random.random((n, 3 + (name == "two"))).astype("f4")
    data.obsm["X_sparse"] = sp.csr_matrix(random.random((n, 3)))
    data.layers["spliced"] = sp.csr_matrix(random.poisson(0.3, data.shape).astype("i4" if name == "two" else "u1"))
    data.layers["by_gene"] = sp.csc_matrix(random.random(data.shape) * (random.random(data.shape) < 0.2))
    if name != "one":
        data.obsm["X_umap"] = random.random((n, 2)).astype("f4")
        data.layers["unspliced"] = data.X.copy()


def as_text(column):
    """Nullable columns come out as labels or as numbers with NaN: the same values."""
    def text(value):
        if value is pd.NA or value is None or value != value:
            return ""
        return str(value) if isinstance(value, (bool, np.bool_, str)) else repr(float(value))
    return [text(value) for value in column]


def is_nullable(column):
    return isinstance(column.dtype, pd.api.extensions.ExtensionDtype) and column.dtype.name in ("boolean", "Int64", "Int32", "Int8")


def kind_of(column):
    """Values that can stand in one column, whatever their types."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "words"
    return {"b": "booleans", "i": "numbers", "u": "numbers", "f": "numbers"}.get(column.dtype.kind, "words")


def same_column(columns, expected, got, name):
    assert as_text(expected) == as_text(got), name
    if any(is_nullable(column) for column in columns):
        return
    if len({isinstance(column.dtype, pd.CategoricalDtype) for column in columns}) == 2:  # concat makes texts of labels and texts
        assert isinstance(got.dtype, pd.CategoricalDtype), (name, got.dtype)
        return
    assert isinstance(got.dtype, pd.CategoricalDtype) == isinstance(expected.dtype, pd.CategoricalDtype), (name, got.dtype)
    if isinstance(got.dtype, pd.CategoricalDtype):
        assert set(got.cat.categories) == set(expected.dropna().unique()), (name, got.cat.categories)
    elif expected.dtype.kind in "biuf":
        assert got.dtype.kind == expected.dtype.kind, (name, got.dtype)


def check(program, paths, join, folder):
    out = os.path.join(folder, "together.h5ad")
    words = [program, "convert", *paths, "-o", out, "--join", join, "--sample-key", "origin", "--overwrite", "-q"]
    done = subprocess.run(words[:-1], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    got = anndata.read_h5ad(out)
    inputs = {Path(path).stem: anndata.read_h5ad(path) for path in paths}
    expected = anndata.concat(inputs, join=join, label="origin", index_unique="-", fill_value=0)
    assert list(got.obs_names) == list(expected.obs_names)
    assert set(got.var_names) == set(expected.var_names) and got.var_names.is_unique
    first = next(iter(inputs.values()))
    assert got.X.dtype == np.result_type(*[each.X.dtype for each in inputs.values()])  # not concat's float64 where dense float32 is filled
    same_matrix(expected[:, got.var_names].X.astype(got.X.dtype), got.X, "X")
    names = set(got.var_names)
    assert list(got.var_names[got.var_names.isin(first.var_names)]) == [gene for gene in first.var_names if gene in names]
    in_all = set.intersection(*(set(each.obs.columns) for each in inputs.values()))
    kinds = {name: {kind_of(each.obs[name]) for each in inputs.values()} for name in in_all}
    shared = {name for name in in_all if len(kinds[name]) == 1}
    assert set(got.obs.columns) == shared | {"origin"}, (list(got.obs.columns), shared)
    for name in got.obs.columns:
        same_column([each.obs[name] for each in inputs.values() if name in each.obs], expected.obs[name], got.obs[name], name)
    for name in {name for each in inputs.values() for name in each.obs} - shared:
        assert f"'{name}'" in done.stderr.split("left out:")[1], (name, done.stderr)
    same_beside(list(inputs.values()), expected, got, done.stderr)


def same_beside(inputs, expected, got, said):
    """What all have alike is there, and the rest is named."""
    dense = [{name: each.obsm[name].shape[1] for name in each.obsm if isinstance(each.obsm[name], np.ndarray)} for each in inputs]
    alike = {name for name, width in dense[0].items() if all(each.get(name) == width for each in dense)}
    assert set(got.obsm) == alike, (list(got.obsm), alike)
    for name in alike:
        assert np.array_equal(np.asarray(expected.obsm[name], "f4"), got.obsm[name]), name
        assert (f"rounded to float32: obsm '{name}'" in said) == any(each.obsm[name].dtype != "f4" for each in inputs), said
    layers = set.intersection(*(set(each.layers) - {None} for each in inputs))
    assert set(got.layers) - {None} == layers, (list(got.layers), layers)
    for name in layers:
        assert got.layers[name].dtype == np.result_type(*[each.layers[name].dtype for each in inputs]), (name, got.layers[name].dtype)
        same_matrix(expected[:, got.var_names].layers[name].astype(got.layers[name].dtype), got.layers[name], name)
    some = {f"obsm '{name}'" for each in inputs for name in each.obsm if name not in alike}
    in_all = set.intersection(*(set(each.obs.columns) for each in inputs)) & set(got.obs.columns)
    some |= {f"obs '{name}'" for each in inputs for name in each.obs.columns if name not in in_all}
    some |= {f"layer '{name}'" for each in inputs for name in each.layers if name is not None and name not in layers}
    for name in some:
        assert f"{name} (" in said.split("left out:")[1], (name, said)
    assert some or "obs" in said or "left out" not in said, said


def named(data, names):
    data = data.copy()
    data.var_names = [str(name) for name in names]
    return data


def check_namings(program, symbols, ids, join, folder):
    """`symbols` has ids in a column, some of them missing; `ids` has them as its index, with or without symbols."""
    paths = [os.path.join(folder, name) for name in ("symbols.h5ad", "ids.h5ad", "named.h5ad")]
    symbols.write_h5ad(paths[0])
    ids.write_h5ad(paths[1])
    alike = named(symbols, [gene_id or name for name, gene_id in zip(symbols.var_names, symbols.var["gene_ids"])])
    expected = anndata.concat({"symbols": alike, "ids": ids}, join=join, index_unique="-", fill_value=0)
    for order in (paths[:2], paths[1::-1]):
        done = subprocess.run([program, "convert", *order, "-o", paths[2], "--join", join, "--overwrite"], capture_output=True, text=True)
        assert done.returncode == 0 and "meet by Ensembl gene ids" in done.stderr, done.stderr
        got = anndata.read_h5ad(paths[2])
        assert set(got.var_names) == set(expected.var_names) and got.n_vars == expected.n_vars
        same_matrix(expected[got.obs_names, got.var_names].X.astype(got.X.dtype), got.X, "X")
        known = {gene_id or name: name for name, gene_id in zip(symbols.var_names, symbols.var["gene_ids"])}
        texts = got.var["gene_symbols" if "gene_symbols" in got.var else "feature_name"]
        assert all(text == known[name] for name, text in zip(got.var_names, texts) if name in known and text)
        assert sum(text != "" for text in texts) >= (symbols.n_vars if order[0] == paths[0] and join == "outer" else 0)
    return got.n_vars


def check_classes(program, folder):
    """What columns of probabilities are called comes with them; two matrices of one field and other classes cannot both come."""
    paths, classes = [], {"again_probs_kind": ["c", "d"], "gemflow_probs_kind": ["a", "b"]}
    for name in ("first", "second"):
        data = anndata.AnnData(np.ones((3, 2), "f4"), obs=pd.DataFrame(index=["x", "y", "z"]), var=pd.DataFrame(index=["g", "h"]))
        notes = data.uns["gemflow"] = {}
        for number, (slot, texts) in enumerate(classes.items()):
            data.obsm[slot] = np.full((3, 2), 0.5, "f4")
            notes[f"predict_metadata_{number + 2}"] = {"classes": {"kind": np.array(texts)}, "written": np.array([f"obsm/{slot}"]),
                                                       "class_names": {"kind": np.array([f"{name} {text}" for text in texts])}}
        paths.append(os.path.join(folder, f"{name}.h5ad"))
        data.write_h5ad(paths[-1])
    out = os.path.join(folder, "classes.h5ad")
    done = subprocess.run([program, "convert", *paths, "-o", out], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    got = anndata.read_h5ad(out)
    (slot,), noted = got.obsm, got.uns["gemflow"]["convert"]
    assert list(noted["classes"]["kind"]) == classes[slot] and "class_names" not in noted, noted
    assert "_probs_kind' (other classes of 'kind' than in another matrix)" in done.stderr, done.stderr


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        check_classes(program, folder)
        sets = [made(folder)]
        real = {path.stem: str(path) for path in h5ads()}
        sets += [[real[name] for name in pair] for pair in (("kang_pbmc", "kang_labelled"), ("toy_0.8.0", "toy_0.13.4"),
                                                             ("toy_0.13.4_csc", "toy_0.13.4_dense")) if set(pair) <= set(real)]
        for paths in sets:
            for join in ("inner", "outer"):
                check(program, paths, join, folder)
        if "kang_pbmc" in real:
            symbols = anndata.read_h5ad(real["kang_pbmc"])[:300].copy()
            ids = named(symbols, [gene_id or name for name, gene_id in zip(symbols.var_names, symbols.var["gene_ids"])])[100:250, 100:].copy()
            del ids.var["gene_ids"]
            for wanted in (ids, anndata.AnnData(ids.X, obs=ids.obs, var=ids.var[[]])):
                for join, n in (("outer", symbols.n_vars), ("inner", symbols.n_vars - 100)):
                    assert check_namings(program, symbols, wanted, join, folder) == n
    print(f"anndata {version('anndata')}: {len(sets)} sets of files joined both ways, and symbols with ids")


if __name__ == "__main__":
    main(sys.argv[1])
