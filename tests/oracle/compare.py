"""Compares what dump_counts reads of an h5ad with what anndata reads, value by value."""

import anndata
import numpy as np
import pandas as pd

from dumped import Dumped, dense, dump, require


def compare_column(path, where, theirs, ours):
    for row, (their, our) in enumerate(zip(theirs, ours, strict=True)):
        if pd.isna(their):
            require(our == "", path, where, row, repr(their), repr(our))
        elif isinstance(their, (bool, np.bool_)):
            require(our == str(bool(their)), path, where, row, their, our)
        elif isinstance(their, (int, np.integer)):
            require(float(our) == float(their) or int(our) == int(their), path, where, row, their, our)
        elif isinstance(their, (float, np.floating)):
            # The shortest text of a float32 is not that of the float64 that pandas makes of it.
            require(type(their)(float(our)) == their or np.float32(our) == their, path, where, row, their, our)
        else:
            require(our == str(their), path, where, row, their, our)


def compare_matrix(path, adata, name, matrix, var_names, *wishes):
    read = Dumped(path, f"matrix={name}", "any", *wishes)
    require(read.error is None, path, name, read.error)
    require(read.cells == list(adata.obs_names), path, name, "cell names")
    require(read.genes == list(var_names), path, name, "gene names")
    require(np.array_equal(read.x, dense(matrix), equal_nan=True), path, name, "values")
    return read


def matrices_of(adata):
    """Matrix and gene names by the name that dump_counts takes."""
    matrices = {} if adata.X is None else {"X": (adata.X, adata.var_names)}
    for layer in adata.layers:
        if layer is not None:
            matrices[layer] = (adata.layers[layer], adata.var_names)
    if adata.raw is not None:
        matrices["raw"] = (adata.raw.X, adata.raw.var_names)
    return {name: (matrix, genes) for name, (matrix, genes) in matrices.items() if matrix.ndim == 2}


def compare_file(path):
    """All matrices and columns of one file; in small chunks, in a range of rows and as layers too."""
    adata = anndata.read_h5ad(path)
    matrices = matrices_of(adata)
    columns = [f"obs={column}" for column in adata.obs.columns]
    for name, (matrix, var_names) in matrices.items():
        read = compare_matrix(path, adata, name, matrix, var_names, *columns)
        for column in adata.obs.columns:
            compare_column(path, f"obs {column}", adata.obs[column], read.obs.get(column, []))
        if name != "raw":
            for column in adata.var.columns:
                compare_column(path, f"var {column}", adata.var[column], read.var.get(column, []))
        compare_matrix(path, adata, name, matrix, var_names, "cells=3", "nonzeros=50", "threads=3")
        if adata.n_obs > 4:
            middle = Dumped(path, f"matrix={name}", "any", f"rows=1:{adata.n_obs - 2}")
            require(np.array_equal(middle.x, dense(matrix)[1:-2], equal_nan=True), path, name, "rows 1 to last but two")
            require(middle.numbers == list(range(1, adata.n_obs - 2)), path, name, "numbers of chosen cells")
    compare_layers(path, adata, matrices)
    return len(matrices)


def compare_layers(path, adata, matrices):
    layers = [name for name in matrices if name not in ("X", "raw")]
    if not layers:
        return
    read = Dumped(path, f"matrix={next(iter(matrices))}", "any", "cells=5", *[f"layer={name}" for name in layers])
    require(read.error is None, path, read.error)
    for name in layers:
        theirs = dense(adata.layers[name])
        require(np.array_equal(read.layers.get(name, np.zeros(theirs.shape)), theirs, equal_nan=True), path, name, "as layer")
