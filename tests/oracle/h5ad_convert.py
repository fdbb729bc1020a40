# SPDX-License-Identifier: Apache-2.0
"""h5ad_convert.py GEMFLOW: every h5ad at hand in another order of genes, with all its cells, a run of them, and some here and there.
X, layers, var, varm and varp are what anndata's own indexing gives, genes that the file lacks are zero or missing; what is beside
them stays as it was, bit for bit, or follows the cells."""

import json
import os
import subprocess
import sys
import tempfile
import warnings
from importlib.metadata import version

import anndata
import h5py
import numpy as np
import pandas as pd
import scipy.sparse as sp

from files_at_hand import h5ads
from same import same, same_object

warnings.simplefilter("ignore")
added_to_var = ("gemflow_status", "gemflow_source")
slots = {"X", "layers", "var", "varm", "varp", "raw", "raw.X", "raw.var", "raw.cat", "obs", "obsm", "obsp", "uns"}


def positions(wanted, names):
    """Of each name wanted: the first of that name, -1 if there is none."""
    first = {}
    for at, name in enumerate(names):
        first.setdefault(name, at)
    return np.array([first.get(name, -1) for name in wanted], int)


def taken(matrix, rows, columns=None):
    """Rows and columns of a matrix of counts; -1: zeros."""
    picked = sp.csr_matrix(matrix)[rows]
    if columns is None:
        return picked
    wide = sp.hstack([picked, sp.csr_matrix((picked.shape[0], 1), dtype=picked.dtype)], format="csc")
    return wide[:, np.where(columns < 0, picked.shape[1], columns)].tocsr()


def same_matrix(expected, got, what):
    assert expected.shape == got.shape, (what, expected.shape, got.shape)
    assert expected.dtype == got.dtype, (what, expected.dtype, got.dtype)
    a, b = sp.csr_matrix(expected), sp.csr_matrix(got)
    for each in (a, b):
        each.eliminate_zeros()
        each.sort_indices()
    assert (a.indptr == b.indptr).all() and (a.indices == b.indices).all(), what
    np.testing.assert_array_equal(a.data, b.data, what)


def is_missing(value):
    return value is pd.NA or value is None or value != value or (isinstance(value, str) and value == "") or value is False


def same_frame(old, got, rows, what):
    """Rows of a frame; -1: missing, and whole numbers are then float64, as pandas' reindex makes them."""
    assert list(old.columns) == list(got.columns), (what, list(old.columns), list(got.columns))
    there = np.flatnonzero(rows >= 0)
    for name in old.columns:
        before, after = old[name].iloc[rows[there]], got[name].iloc[there]
        turns_float = len(there) < len(rows) and before.dtype.kind in "iu" and isinstance(before.dtype, np.dtype)
        before = before.astype("f8") if turns_float else before
        pd.testing.assert_series_equal(before.reset_index(drop=True), after.reset_index(drop=True), check_exact=True, obj=f"{what}[{name}]")
        missing = [value for value, row in zip(got[name], rows) if row < 0]
        assert all(is_missing(value) or value is np.False_ for value in missing), (what, name, missing[:3])


def same_beside(old, got, rows, columns, what):
    """One element of obsm, varm, obsp or varp."""
    if isinstance(old, pd.DataFrame):
        return same_frame(old, got, rows, what)
    if not isinstance(old, np.ndarray) and not sp.issparse(old):
        return None  # ragged arrays: said to be left out
    if sp.issparse(old):
        every = np.arange(old.shape[1]) if columns is None else columns
        grown = sp.vstack([old, sp.csr_matrix((1, old.shape[1]), dtype=old.dtype)], format="csr")
        return same_matrix(taken(grown, np.where(rows < 0, old.shape[0], rows), every), got, what)
    assert old.dtype == got.dtype, (what, old.dtype, got.dtype)
    there = np.flatnonzero(rows >= 0)
    across = np.arange(old.shape[1]) if columns is None and old.ndim > 1 else columns
    if across is None:
        np.testing.assert_array_equal(old[rows[there]], got[there], what)
    else:
        held = np.flatnonzero(across >= 0)
        np.testing.assert_array_equal(old[np.ix_(rows[there], across[held])], got[np.ix_(there, held)], what)
        if old.dtype.kind == "f":
            assert np.isnan(got[:, across < 0]).all(), what
    if old.dtype.kind == "f":
        assert np.isnan(got[rows < 0]).all(), what
    return None


def same_mapping(old, got, rows, columns, what):
    for name, value in old.items():
        if name is None:
            continue
        is_plain = isinstance(value, (np.ndarray, pd.DataFrame)) or sp.issparse(value)
        assert not is_plain or name in got, (what, name)
        if name in got:
            same_beside(value, got[name], rows, columns, f"{what}[{name}]")


class Job:
    """One conversion: which genes, which cells."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.out = os.path.join(folder, "out.h5ad")
        self.faults = []

    def run(self, path, genes, cells, *words):
        order, said = os.path.join(self.folder, "order.txt"), os.path.join(self.folder, "said.json")
        arguments = [self.program, "convert", path, "-o", self.out, "-q", "--overwrite", "--json", said, *cells, *words]
        if genes is not None:
            with open(order, "w") as file:
                file.write("\n".join(genes) + "\n")
            arguments += ["--gene-order", order, "--min-overlap", "0", "--duplicates", "first"]
        done = subprocess.run(arguments, capture_output=True, text=True)
        self.matrix = json.load(open(said))["result"]["input"][0]["matrix"] if done.returncode == 0 else None
        return done


def matrix_of(data, name):
    """The matrix and its genes."""
    if name == "raw/X":
        return data.raw.X, data.raw.var
    return data.X if name == "X" else data.layers[name.removeprefix("layers/")], data.var


def layers_of(data):
    """Newest anndata has X among the layers, as None."""
    return {name: layer for name, layer in data.layers.items() if name is not None}


def check_by_gene(old, new, wanted, columns, rows):
    """What lies on the axis of var follows, also where X comes from raw; left out where var lacks genes of raw."""
    in_var = positions(wanted, list(old.var_names)) if columns is None else columns
    if columns is None and (in_var < 0)[positions(wanted, list(old.raw.var_names)) >= 0].any():
        assert not layers_of(new) and not new.varm and not new.varp
        return
    for name, layer in layers_of(old).items():
        same_matrix(taken(layer, rows, in_var), new.layers[name], name)
    same_mapping(old.varm, new.varm, in_var, None, "varm")
    same_mapping(old.varp, new.varp, in_var, in_var, "varp")


def check_values(old, job, genes, rows):
    new = anndata.read_h5ad(job.out)
    matrix, var = matrix_of(old, job.matrix)
    names = list(var.index)
    wanted = names if genes is None else genes
    columns = positions(wanted, names) if genes is not None else np.arange(len(names))
    assert list(new.var_names) == list(wanted) and list(new.obs_names) == list(old.obs_names[rows])
    same_matrix(taken(matrix, rows, columns), new.X, "X")
    check_by_gene(old, new, wanted, None if job.matrix == "raw/X" else columns, rows)
    same_frame(var, new.var.drop(columns=[c for c in added_to_var if c in new.var]), columns, "var")
    same_frame(old.obs, new.obs, rows, "obs")
    same_mapping(old.obsm, new.obsm, rows, None, "obsm")
    same_mapping(old.obsp, new.obsp, rows, rows, "obsp")
    assert "convert" in new.uns.pop("gemflow")
    same(dict(old.uns), without_old_categories(new))
    assert (old.raw is None) == (new.raw is None)
    if old.raw is not None:
        same_matrix(taken(old.raw.X, rows), new.raw.X, "raw")
        same_frame(old.raw.var, new.raw.var, np.arange(old.raw.n_vars), "raw.var")
        same_mapping(old.raw.varm, new.raw.varm, np.arange(old.raw.n_vars), None, "raw.varm")


def check_objects(before, after, all_cells):
    """What was not touched is the same HDF5 objects. Unknown groups of the root, too."""
    with h5py.File(before) as a, h5py.File(after) as b:
        if isinstance(a["obs"], h5py.Dataset) or isinstance(a["var"], h5py.Dataset):
            return
        kept = [name for name in a if name not in slots] + ["uns"] + (["raw", "obs", "obsm", "obsp"] if all_cells else [])
        for name in kept:
            if name in a and a.get(name, getlink=False) is not None:
                same_object(a[name], b[name], f"/{name}")


def without_old_categories(data):
    """uns without what anndata before 0.7 kept there of columns, and what later ones hide when they read an old file."""
    columns = {*data.obs.columns, *data.var.columns, *(data.raw.var.columns if data.raw is not None else ())}
    return {key: value for key, value in data.uns.items() if key.removesuffix("_categories") not in columns or key in columns}


def orders(names):
    """Backwards with gaps and genes that nobody has; as it is; a few."""
    once = list(dict.fromkeys(names))
    yield "backwards", ["new_gene_1", "new_gene_2", *[name for at, name in enumerate(reversed(once)) if at % 3 != 1]]
    yield "as it is", None


def choices(old):
    n = old.n_obs
    yield "all cells", [], np.arange(n)
    if n >= 4:
        yield "a run", ["--rows", f"1:{n - 1}"], np.arange(1, n - 1)
    names = list(old.obs_names)
    if n >= 4 and len(set(names)) == n and not any("," in name for name in names):
        some = np.array([at for at in range(n) if at % 5 in (0, 3)])[:400]
        yield "some cells", ["--cells", ",".join(names[at] for at in some)], some


def other_matrices(old):
    """Another matrix in the place of X, with cells that have one label."""
    cells, rows = [], np.arange(old.n_obs)
    for name in old.obs.columns:
        if isinstance(old.obs[name].dtype, pd.CategoricalDtype) and isinstance(old.obs[name].iloc[0], str):
            cells = ["--where", f"{name}={old.obs[name].iloc[0]}"]
            rows = np.flatnonzero((old.obs[name] == old.obs[name].iloc[0]).to_numpy())
            break
    for layer in [*(["raw"] if old.raw is not None else []), *list(layers_of(old))[:1]]:
        yield f"{layer}, {' '.join(cells)}", ["--layer", layer, *cells], rows


def refusal(done):
    """Why a file is refused, if it may be; an AssertionError otherwise."""
    allowed = ("raw", "is a matrix in an encoding", "filter", "is missing", "more than can be", "no matrix")
    assert done.returncode in (3, 4) and any(word in done.stderr for word in allowed), done.stderr
    return done.stderr.splitlines()[0]


def check_file(path, job):
    """How many conversions of this file were compared."""
    old = anndata.read_h5ad(path)
    n = 0
    for order, genes in orders(list(old.var_names)):
        for choice, cells, rows in [*choices(old), *other_matrices(old)]:
            done = job.run(path, genes, cells)
            if done.returncode != 0:
                print(f"{path}: refused: {refusal(done)}")
                continue
            try:
                check_values(old, job, genes, rows)
                check_objects(path, job.out, choice == "all cells")
                n += 1
            except Exception as error:
                job.faults.append(f"{path}, {order}, {choice}: {type(error).__name__} {error}"[:2000])
    return n


def main(program):
    n_files = n_compared = 0
    with tempfile.TemporaryDirectory() as folder:
        job = Job(program, folder)
        for path in map(str, h5ads()):
            try:
                anndata.read_h5ad(path)
            except Exception:  # whatever this anndata does not read
                continue
            n = check_file(path, job)
            n_files += n > 0
            n_compared += n
    print(f"anndata {version('anndata')}: {n_compared} conversions of {n_files} files are what its own indexing gives")
    assert not job.faults, "\n".join(job.faults)
    assert n_files >= 8


if __name__ == "__main__":
    main(sys.argv[1])
