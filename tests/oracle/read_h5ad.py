"""What dump_counts reads of each h5ad file equals what anndata reads, value by value.

    python read_h5ad.py DUMP_COUNTS ODD_FILES_FOLDER

Files: tests/data, the odd files (what is expected of each stands in their MANIFEST.tsv), and those of GEMFLOW_SHARED, where
it is there. A file that is refused must be named in REFUSED with words of the sentence.
"""

import os
import sys
import warnings
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd

from dumped import Dumped, dense, dump, require

warnings.simplefilter("ignore")
ODD = Path(sys.argv[2])
SOURCE = Path(os.environ["GEMFLOW_SOURCE"])
SHARED = Path(os.environ["GEMFLOW_SHARED"])

REFUSED = {
    "v0.11.4/adata.h5ad": "X is missing, and there are neither layers nor raw",
    "v0.7.0/adata.h5ad": "obs/_index is packed with filter 32000 'lzf', which is not read yet",
    "v0.7.8/adata.h5ad": "obs/_index is packed with filter 32000 'lzf', which is not read yet",
}
MODALITIES = "it is a MuData file"


def compare_obs(path, obs, read):
    for name in obs.columns:
        for row, (theirs, ours) in enumerate(zip(obs[name], read.obs[name])):
            missing = pd.isna(theirs)
            if missing:
                require(ours == "", path, "obs", name, row, repr(theirs), repr(ours))
            elif isinstance(theirs, (bool, np.bool_)):
                require(ours == str(bool(theirs)), path, "obs", name, row, theirs, ours)
            elif isinstance(theirs, (float, np.floating, int, np.integer)):
                # The shortest text of a float32 is not that of the float64 that pandas makes of it.
                same = type(theirs)(float(ours)) == theirs or np.float32(ours) == theirs
                require(same, path, "obs", name, row, theirs, ours)
            else:
                require(ours == str(theirs), path, "obs", name, row, theirs, ours)


def compare_matrix(path, adata, name, matrix, var_names, *wishes):
    read = Dumped(dump(path, f"matrix={name}", "any", *wishes))
    require(read.error is None, path, name, read.error)
    require(read.cells == list(adata.obs_names), path, name, "cell names")
    require(read.genes == list(var_names), path, name, "gene names")
    require(np.array_equal(read.x, np.nan_to_num(dense(matrix), nan=np.nan), equal_nan=True), path, name, "values")
    return read


def compare(path):
    """All matrices and columns of one file; in small chunks too."""
    adata = anndata.read_h5ad(path)
    columns = [f"obs={column}" for column in adata.obs.columns]
    matrices = {} if adata.X is None else {"X": (adata.X, adata.var_names)}
    for layer in adata.layers:
        if layer is not None:
            matrices[layer] = (adata.layers[layer], adata.var_names)
    if adata.raw is not None:
        matrices["raw"] = (adata.raw.X, adata.raw.var_names)
    for name, (matrix, var_names) in matrices.items():
        if matrix.ndim != 2:
            continue
        read = compare_matrix(path, adata, name, matrix, var_names, *columns)
        compare_obs(path, adata.obs, read)
        compare_matrix(path, adata, name, matrix, var_names, "cells=3", "nonzeros=50", "threads=3")
        if adata.n_obs > 4:
            middle = Dumped(dump(path, f"matrix={name}", "any", f"rows=1:{adata.n_obs - 2}"))
            require(np.array_equal(middle.x, dense(matrix)[1:-2], equal_nan=True), path, name, "rows 1 to last but two")
            require(middle.first == 1, path, name, "cells keep their numbers")
    layers = [layer for layer in adata.layers if layer is not None and adata.layers[layer].ndim == 2]
    if layers and matrices:
        read = Dumped(dump(path, f"matrix={next(iter(matrices))}", "any", "cells=5", *[f"layer={layer}" for layer in layers]))
        for layer in layers:
            theirs = dense(adata.layers[layer])
            require(np.array_equal(read.layers.get(layer, np.zeros(theirs.shape)), theirs, equal_nan=True), path, layer, "as layer")
    return len(matrices)


def compare_where(path):
    """A choice by a column's value."""
    adata = anndata.read_h5ad(path)
    for name in adata.obs.columns:
        if adata.obs[name].dtype.name != "category":
            continue
        value = adata.obs[name].cat.categories[0]
        read = Dumped(dump(path, "any", f"where={name}={value}"))
        chosen = adata[(adata.obs[name] == value).to_numpy()]
        require(read.cells == list(chosen.obs_names), path, name, value)
        require(np.array_equal(read.x, dense(chosen.X)), path, name, value, "values")


def refused(path, words):
    read = Dumped(dump(path, "any"))
    require(read.error is not None and words in read.error, path, "refused with", words, "but:", read.error)


def toy_counts():
    i, j = np.indices((12, 9))
    table = np.where((i + 2 * j) % 3 == 0, 0, (5 * i + 3 * j) % 11).astype(float)
    table[7] = 0
    return table


def check_odd():
    n = 0
    for line in (ODD / "MANIFEST.tsv").read_text().splitlines()[1:]:
        name, expected, _ = line.split("\t")
        read = Dumped(dump(ODD / name))
        if read.error is not None and "is written for a newer HDF5 than this one" in read.error:
            require(name in ("latest_format.h5ad", "virtual_dataset.h5ad"), name, read.error)
        elif expected == "toy":
            require(read.error is None, name, read.error)
            require(np.allclose(read.x, toy_counts(), rtol=1e-9, atol=0), name, "values")
            require(read.cells == [f"cell_{i:02d}" for i in range(12)], name, "names")
        elif expected == "empty":
            require(read.error is None and read.x.sum() == 0, name, read.error)
        elif expected == "refuse":
            require(read.error is not None, name, "must be refused")
        n += 1
    return n


def main():
    print(f"anndata {anndata.__version__}, h5py {h5py.__version__}, HDF5 {h5py.version.hdf5_version}")
    ours = sorted((SOURCE / "tests/data").glob("*.h5ad"))
    for path in ours:
        print(f"{path.name}: {compare(path)} matrices")
        compare_where(path)
    print(f"{check_odd()} odd files")
    cases = sorted(path for path in (SHARED / "cases").rglob("*") if path.suffix in (".h5ad", ".h5mu")) if SHARED.is_dir() else []
    for path in cases:
        words = next((words for end, words in REFUSED.items() if str(path).endswith(end)), None)
        words = MODALITIES if path.suffix == ".h5mu" else words
        if words:
            refused(path, words)
            print(f"{path.relative_to(SHARED)}: refused, {words}")
        else:
            print(f"{path.relative_to(SHARED)}: {compare(path)} matrices")
    if not cases:
        print("skipped: no shared files")


main()
