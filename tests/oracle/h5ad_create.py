# SPDX-License-Identifier: Apache-2.0
"""h5ad_create.py PROGRAM [OLD_PYTHON]: anndata (and an old one, and scanpy) read what the program writes, value by value."""

import os
import subprocess
import sys
import tempfile
import warnings
from importlib.metadata import version

import anndata
import numpy as np

import made_cells


def check(path, n_cells, n_genes, dtype):
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        data = anndata.read_h5ad(path)
    expected = made_cells.values(n_cells, n_genes)
    assert data.shape == (n_cells, n_genes)
    for matrix, factor in ((data.X, 1), (data.layers["twice"] if "twice" in data.layers else None, 2)):
        if matrix is None:
            assert n_cells == 0
            continue
        assert matrix.format == "csr" and str(matrix.dtype) == dtype
        assert str(matrix.indices.dtype) == str(matrix.indptr.dtype) == "int32"
        assert matrix.has_canonical_format
        assert (matrix.toarray() == expected * factor).all()
    types = {"type": "category", "score": "float32", "depth": "float64", "number": "int64", "flag": "bool"}
    assert list(data.obs_names) == [f"cell_{cell}" for cell in range(n_cells)]
    if n_cells:
        made_cells.check_frame(data.obs, made_cells.obs(n_cells), types)
        assert data.obsm["X_latent"].dtype == "f4" and (data.obsm["X_latent"] == made_cells.latent(n_cells)).all()
        present = {label for label in made_cells.obs(n_cells)["type"] if label}
        assert list(data.obs["type"].cat.categories) == sorted(present) and not data.obs["type"].cat.ordered
    assert list(data.var_names) == [f"gene_{gene}" for gene in range(n_genes)]
    made_cells.check_frame(data.var, made_cells.var(n_genes), {"biotype": "category", "gemflow_in_model": "bool"})
    made = data.uns["gemflow"]["predict_metadata"]
    assert made["version"] == "0.1" and made["match"] == {"found": 12, "share": 0.25, "whole": True}
    assert list(made["classes"]["cell_type"]) == ["a", "b"] and len(made["empty"]) == 0
    assert list(data.uns) == ["gemflow"]
    # It must also be writable again, which visits every element.
    data.write_h5ad(path + ".again.h5ad")


def scanpy_works(path):
    try:
        import scanpy
    except ImportError:
        return
    data = scanpy.read_h5ad(path)
    data.X = data.X.astype("f4")
    scanpy.pp.normalize_total(data)
    scanpy.pp.log1p(data)
    assert np.isfinite(data.X.sum())


def main():
    program, others = sys.argv[1], [python for python in sys.argv[2:] if python]
    with tempfile.TemporaryDirectory() as folder:
        for n_cells, n_genes, dtype in ((3000, 50, "int32"), (70000, 5, "float32"), (7, 900, "uint16"), (0, 4, "float32"),
                                        (1, 1, "float64")):
            path = os.path.join(folder, f"{n_cells}.h5ad")
            subprocess.run([program, "create", path, str(n_cells), str(n_genes), dtype], check=True)
            check(path, n_cells, n_genes, dtype)
            for python in others:
                subprocess.run([python, __file__, "check", path, str(n_cells), str(n_genes), dtype], check=True)
        scanpy_works(os.path.join(folder, "3000.h5ad"))
    print("read by anndata", version("anndata"))


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
        print("read by anndata", version("anndata"))
    else:
        main()
