"""Makes toy_<writer>*.h5ad: one small data set as several releases of anndata write it.

    python make_toy_h5ad.py FOLDER        once in each of these environments

    writer           interpreter   pinned packages
    anndata 0.7.8    Python 3.8    anndata==0.7.8 h5py==3.11.0 numpy==1.24.4 pandas==2.0.3 scipy==1.10.1
    anndata 0.8.0    Python 3.9    anndata==0.8.0 h5py==3.14.0 numpy==2.0.2 pandas==2.3.3 scipy==1.13.1
    anndata 0.10.9   Python 3.11   anndata==0.10.9 h5py==3.16.0 numpy==1.26.4 pandas==2.2.3 scipy==1.17.1
    anndata 0.12.19  Python 3.11   anndata==0.12.19 h5py==3.16.0 numpy==2.4.6 pandas==2.3.3 scipy==1.17.1
    anndata 0.13.4   Python 3.12   anndata==0.13.4 h5py==3.16.0 numpy==2.5.5 pandas==3.1.1 scipy==1.18.1

What they all hold (12 cells, 9 genes; 12 genes in raw) is in README.md.
"""

import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

WRITER = version("anndata")
VERSION = tuple(int(part) for part in WRITER.split(".")[:2])
N_CELLS = 12

GENES = {
    "LYZ": "ENSG00000090382", "MS4A1": "ENSG00000156738", "GNLY": "ENSG00000115523",
    "CD3D": "ENSG00000167286", "PPBP": "ENSG00000163736", "NKG7": "ENSG00000105374",
    "FCGR3A": "ENSG00000203747", "CD14": "ENSG00000170458", "ISG15": "ENSG00000187608",
}
RAW_GENES = {**GENES, "ACTB": "ENSG00000075624", "GAPDH": "ENSG00000111640", "MALAT1": "ENSG00000251562"}


def counts(n_genes: int) -> np.ndarray:
    """Cell i, gene j: (5 i + 3 j) mod 11 where (i + 2 j) mod 3 is not 0, else 0. Cell 7 is empty."""
    i, j = np.indices((N_CELLS, n_genes))
    table = np.where((i + 2 * j) % 3 == 0, 0, (5 * i + 3 * j) % 11)
    table[7] = 0
    return table.astype(np.float32)


def cell_names():
    return [f"cell_{i:02d}" for i in range(N_CELLS)]


def frame_of_genes(genes) -> pd.DataFrame:
    frame = pd.DataFrame(index=pd.Index(list(genes.values())))
    frame["gene_symbols"] = list(genes)
    frame["highly_variable"] = [k % 2 == 0 for k in range(len(genes))]
    return frame


def frame_of_cells() -> pd.DataFrame:
    frame = pd.DataFrame(index=pd.Index(cell_names()))
    types = ["CD14+ monocyte", "B cell", None, "Müller cell"]
    frame["cell_type"] = pd.Categorical([types[i % 4] for i in range(N_CELLS)])
    frame["stage"] = pd.Categorical([["early", "mid", "late"][i % 3] for i in range(N_CELLS)],
                                    categories=["early", "mid", "late"], ordered=True)
    frame["barcode"] = [f"ACGT{i:04d}" for i in range(N_CELLS)]
    frame["n_counts"] = counts(len(GENES)).sum(axis=1).astype(np.int64)
    frame["score"] = [np.nan if i == 3 else i / 4 for i in range(N_CELLS)]
    frame["is_control"] = [i % 2 == 0 for i in range(N_CELLS)]
    if VERSION >= (0, 8):
        frame["age"] = pd.array([None if i % 5 == 0 else 20 + i for i in range(N_CELLS)], dtype="Int64")
        frame["smoker"] = pd.array([None if i % 5 == 1 else i % 2 == 0 for i in range(N_CELLS)], dtype="boolean")
    if VERSION >= (0, 13):
        frame["remark"] = pd.array([None if i % 6 == 0 else f"remark {i}" for i in range(N_CELLS)], dtype="string")
    return frame


def random_like(rows: int, columns: int) -> np.ndarray:
    """Fixed numbers that look like loadings; exact in float32, so that every writer stores the same."""
    i, j = np.indices((rows, columns))
    return (((7 * i + 13 * j) % 17 - 8) / 8).astype(np.float32)


def toy(x) -> anndata.AnnData:
    """Everything that a file may hold, around the matrix `x`."""
    raw = anndata.AnnData(sparse.csr_matrix(counts(len(RAW_GENES))), obs=frame_of_cells(), var=frame_of_genes(RAW_GENES))
    data = anndata.AnnData(x, obs=frame_of_cells(), var=frame_of_genes(GENES))
    data.raw = raw
    table = counts(len(GENES))
    data.layers["counts"] = sparse.csr_matrix(table.astype(np.int32))
    data.layers["by_gene"] = sparse.csc_matrix(table)
    data.layers["dense"] = table.astype(np.float64)
    data.obsm["X_pca"] = random_like(N_CELLS, 3)
    data.obsm["frame"] = pd.DataFrame({"a": np.arange(N_CELLS), "b": list("xyzxyzxyzxyz")}, index=pd.Index(cell_names()))
    data.varm["PCs"] = random_like(len(GENES), 3)
    data.obsp["connectivities"] = sparse.csr_matrix(np.abs(random_like(N_CELLS, N_CELLS)))
    data.varp["similarity"] = random_like(len(GENES), len(GENES))
    data.uns["title"] = "toy"
    data.uns["cell_type_colors"] = np.array(["#1f77b4", "#ff7f0e", "#2ca02c"], dtype=object)
    data.uns["nested"] = {"number": 3, "fraction": 0.25, "flag": True, "list": [1, 2, 3], "deeper": {"word": "ja"}}
    data.uns["ranking"] = np.rec.fromrecords([("LYZ", 1.5), ("CD14", 0.5)], names=["names", "scores"])
    return data


def log_cp10k(table: np.ndarray) -> np.ndarray:
    depth = table.sum(axis=1, keepdims=True)
    return np.log1p(table / np.maximum(depth, 1) * 1e4).astype(np.float32)


def plain(x) -> anndata.AnnData:
    """The matrix with its names, one categorical and the symbols: nothing else."""
    return anndata.AnnData(x, obs=frame_of_cells()[["cell_type"]], var=frame_of_genes(GENES)[["gene_symbols"]])


def log_only(with_counts: bool) -> anndata.AnnData:
    """X holds logarithms of counts per 10,000; the counts, if at all, stand in raw."""
    data = plain(sparse.csr_matrix(log_cp10k(counts(len(GENES)))))
    if with_counts:
        data.raw = plain(sparse.csr_matrix(counts(len(GENES))))
    return data


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1])
    table = counts(len(GENES))
    if VERSION in ((0, 7), (0, 8), (0, 13)):
        # 0.13 keeps a string column with missing values a nullable string only if told so.
        keep_strings = {"convert_strings_to_categoricals": False} if VERSION >= (0, 13) else {}
        toy(sparse.csr_matrix(table)).write_h5ad(folder / f"toy_{WRITER}.h5ad", **keep_strings)
    if VERSION == (0, 10):
        plain(sparse.csc_matrix(table)).write_h5ad(folder / f"toy_{WRITER}_csc.h5ad", compression="gzip")
        plain(table).write_h5ad(folder / f"toy_{WRITER}_dense.h5ad", compression="gzip")
    if VERSION == (0, 12):
        log_only(True).write_h5ad(folder / f"toy_{WRITER}_log1p_raw.h5ad")
        log_only(False).write_h5ad(folder / f"toy_{WRITER}_log1p.h5ad")
    if VERSION == (0, 13):
        plain(sparse.csc_matrix(table)).write_h5ad(folder / f"toy_{WRITER}_csc.h5ad")
        plain(table).write_h5ad(folder / f"toy_{WRITER}_dense.h5ad")


if __name__ == "__main__":
    main()
