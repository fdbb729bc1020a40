"""What other software reads of a file, and whether dump_counts reads the same: one function an oracle.

Each takes a path, a folder for what it makes, and what stands behind its name in cases.tsv.
"""

import gzip
import shutil
import tempfile
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import scanpy
import scipy.io
import scipy.sparse

from compare import compare_file
from dumped import Dumped, dense, dump, require

SMALL = ("cells=3", "nonzeros=50", "threads=3")


def same(path, cells, genes, values, *wishes):
    """What is read, in one chunk and in small ones, is this."""
    for limits in ((), SMALL):
        read = Dumped(path, *wishes, *limits)
        require(read.error is None, path, read.error)
        require(read.cells == [str(cell) for cell in cells], path, "cell names", read.cells[:3], list(cells)[:3])
        require(read.genes == [str(gene) for gene in genes], path, "gene names", read.genes[:3], list(genes)[:3])
        require(np.array_equal(read.x, dense(values)), path, "values")
    return read


def refused(path, words, *wishes, kind=None):
    """An error of this kind (of either, where none is given), with these words in its sentence or its hint."""
    read = Dumped(path, *wishes)
    require(read.error is not None, path, "is read, and not refused with", words)
    require(words in read.error and read.kind in ([kind] if kind else ["input", "unsupported"]), path, "refused with", words, "but:",
            read.kind, read.error)


def same_as_anndata(path, *_):
    compare_file(path)
    adata = anndata.read_h5ad(path)
    for name in adata.obs.columns:
        labels = adata.obs[name].cat.categories if adata.obs[name].dtype.name == "category" else []
        for value in labels[:1]:
            read = Dumped(path, "any", f"where={name}={value}")
            require(read.cells == list(adata.obs_names[adata.obs[name] == value]), path, name, value)


def same_as_anndata_without_x(path, *_):
    """There is nothing in it to compare: no X, no layer, no raw."""
    adata = anndata.read_h5ad(path)
    require(adata.X is None and not adata.layers and adata.raw is None, path, "holds a matrix")


def same_as_scanpy(path, _=None, *wishes, genome=None):
    adata = scanpy.read_10x_h5(path, genome=genome)
    return same_annotated(path, adata, adata.var["gene_ids"], adata.var_names, *wishes)


def same_as_genomes(path, *_):
    """A matrix for each genome: scanpy too wants to be told which."""
    with h5py.File(path) as file:
        genomes = [name for name in file if "barcodes" in file[name]]
    require(len(genomes) > 1, path, genomes)
    for genome in genomes:
        same_as_scanpy(path, None, f"matrix={genome}", genome=genome)


def scanpy_folder(folder):
    """scanpy before 1.12 reads folders of version 3 that are packed, and no others: it gets the same, packed."""
    how = {"var_names": "gene_ids", "make_unique": False}
    plain = [folder / name for name in ("matrix.mtx", "features.tsv", "barcodes.tsv")]
    if not plain[1].exists():
        return scanpy.read_10x_mtx(folder, **how)
    with tempfile.TemporaryDirectory() as packed:
        for path in plain:
            Path(packed, f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        return scanpy.read_10x_mtx(packed, **how)


def same_as_scanpy_folder(path, *_):
    """A MatrixMarket folder, named itself and by its matrix."""
    adata = scanpy_folder(path.parent)
    for named in (path, path.parent):
        same_annotated(named, adata, adata.var_names, adata.var["gene_symbols"])


def same_annotated(path, adata, ids, symbols, *wishes):
    read = same(path, adata.obs_names, ids, adata.X, *wishes)
    require(read.var["gene_symbols"] == list(symbols), path, "symbols")
    for name in ("feature_types", "genome"):
        if name in adata.var and name in read.var:
            require(read.var[name] == list(adata.var[name].astype(str)), path, name)
    return read


def same_as_probes(path, *_):
    """Probes that passed the filter, summed to genes."""
    with h5py.File(path) as file:
        matrix, features = file["matrix"], file["matrix/features"]
        parts = (matrix["data"][:], matrix["indices"][:], matrix["indptr"][:])
        x = scipy.sparse.csc_matrix(parts, shape=matrix["shape"][:])
        probes = pd.DataFrame(x.toarray(), index=features["gene_id"][:].astype(str))
        passed = features["filtered_probes"][:].astype(bool)
        barcodes = matrix["barcodes"][:].astype(str)
    genes = probes[passed].groupby(level=0, sort=False).sum()
    same(path, barcodes, genes.index, genes.T.to_numpy())


def same_as_scipy(path, work):
    """A matrix alone, with lists that are made for it."""
    x = scipy.io.mmread(path)
    folder = work / path.name
    folder.mkdir()
    shutil.copy(path, folder / ("matrix.mtx" + ".gz" * (path.suffix == ".gz")))
    cells, genes = [f"c{i}" for i in range(x.shape[1])], [f"g{i}" for i in range(x.shape[0])]
    (folder / "genes.tsv").write_text("".join(f"{gene}\n" for gene in genes))
    with gzip.open(folder / "barcodes.tsv.gz", "wt") as file:
        file.write("".join(f"{cell}\n" for cell in cells))
    same(folder, cells, genes, x.T)


def same_as_pandas(path, work, *how):
    """A table with genes in rows, and its transpose. `how`: texts=COLUMN,… besides the first, skiprows=N, comment=C."""
    how = dict(word.split("=") for word in how)
    texts = how.pop("texts", "").split(",") if "texts" in how else []
    how = {key: int(value) if value.isdigit() else value for key, value in how.items()}
    table = pd.read_csv(path, sep="\t", index_col=0, **how)
    values = table.drop(columns=texts)
    read = same(path, values.columns, values.index, values.T.to_numpy(float), "any")
    for name in texts:
        require(read.var[name] == list(table[name].fillna("").astype(str)), path, name)
    if len(values) < 5000:
        transposed = work / "transposed.csv.gz"
        values.T.to_csv(transposed)
        same(transposed, values.columns, values.index, values.T.to_numpy(float), "any", "orientation=cells-in-rows")
