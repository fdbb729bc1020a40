# SPDX-License-Identifier: Apache-2.0
"""The benchmark's inputs, each made once: make_inputs.py FOLDER [--cells N] [--large].

counts.h5ad        gzip, as anndata writes it            counts_plain.h5ad   the same, uncompressed
counts_shuffle.h5ad  gzip behind shuffle                 counts_10x.h5       the same counts as Cell Ranger writes them
counts_csc.h5ad    gzip, gene by gene
mtx/               5,000 of the cells as MTX, gzipped    genes.txt           the order wanted: 44,592 genes, 31,000 in the file
counts_200k.h5ad   the cells ten times, written block by block (--large)
"""
import argparse
import gzip
import os
from pathlib import Path

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import scipy.sparse as sp

import counts

SEED = 20240521
N_GENES, N_WANTED, N_SHARED, GENES_PER_CELL = 36_000, 44_592, 31_000, 1_980


def when_absent(path, make):
    """Makes the file under another name first: one that was cut short is never taken for whole."""
    if path.exists():
        return
    print(f"making {path.name}", flush=True)
    unfinished = path.with_name("unfinished_" + path.name)
    make(unfinished)
    unfinished.rename(path)


def gene_ids(rng):
    """The file's genes, and the order wanted, which holds most of them and some that the file lacks."""
    numbers = rng.choice(290_000, N_GENES + N_WANTED - N_SHARED, replace=False)
    ids = np.array([f"ENSG{number:011d}" for number in numbers])
    wanted = np.concatenate([rng.choice(ids[:N_GENES], N_SHARED, replace=False), ids[N_GENES:]])
    return ids[:N_GENES], rng.permutation(wanted)


def barcodes(n_cells, rng):
    letters = rng.choice(list("ACGT"), (n_cells, 16))
    return [f"{''.join(row)}-{number}" for number, row in enumerate(letters)]


def make_counts(folder, n_cells):
    rng = np.random.default_rng(SEED)
    ids, wanted = gene_ids(rng)
    indptr, indices, data, types = counts.draw(n_cells, N_GENES, GENES_PER_CELL, SEED)
    obs = pd.DataFrame({"cell_type": pd.Categorical([f"type {number}" for number in types]),
                        "n_counts": np.add.reduceat(data, indptr[:-1])}, index=barcodes(n_cells, rng))
    var = pd.DataFrame({"gene_name": [f"G{number}" for number in range(N_GENES)]}, index=ids)
    matrix = sp.csr_matrix((data, indices, indptr.astype(np.int32)), shape=(n_cells, N_GENES))
    when_absent(folder / "genes.txt", lambda path: path.write_text("\n".join(wanted) + "\n"))
    when_absent(folder / "counts.h5ad",
                lambda path: ad.AnnData(matrix, obs=obs, var=var).write_h5ad(path, compression="gzip"))


def write_10x(matrix, names, var, path):
    """Cell Ranger's layout: features x barcodes in CSC, int64 indices, shuffle and gzip, chunks of 80,000."""
    with h5py.File(path, "w") as file:
        group = file.create_group("matrix")
        parts = {"data": matrix.data.astype(np.int32), "indices": matrix.indices.astype(np.int64),
                 "indptr": matrix.indptr.astype(np.int64)}
        for name, values in parts.items():
            group.create_dataset(name, data=values, chunks=(min(80_000, len(values)),), compression="gzip", shuffle=True)
        group["shape"] = np.array(matrix.shape[::-1], np.int32)
        group["barcodes"] = names.to_numpy().astype("S")
        features = group.create_group("features")
        features["id"], features["name"] = var.index.to_numpy().astype("S"), var["gene_name"].to_numpy().astype("S")
        features["feature_type"] = np.full(len(var), b"Gene Expression")
        features["genome"] = np.full(len(var), b"GRCh38")
        features["_all_tag_keys"] = np.array([b"genome"])


def write_mtx(matrix, names, var, folder):
    folder.mkdir()
    coo = matrix.tocoo()
    with gzip.open(folder / "matrix.mtx.gz", "wb", compresslevel=6) as file:
        file.write(b"%%MatrixMarket matrix coordinate integer general\n")
        file.write(f"{matrix.shape[1]} {matrix.shape[0]} {matrix.nnz}\n".encode())
        table = pd.DataFrame({"gene": coo.col + 1, "cell": coo.row + 1, "count": coo.data.astype(np.int32)})
        table.to_csv(file, sep=" ", header=False, index=False)
    with gzip.open(folder / "features.tsv.gz", "wt") as file:
        file.writelines(f"{gene}\t{name}\tGene Expression\n" for gene, name in zip(var.index, var["gene_name"]))
    with gzip.open(folder / "barcodes.tsv.gz", "wt") as file:
        file.writelines(f"{name}\n" for name in names)


def write_ten_times(data, path):
    """Block by block: the result would not fit where the benchmark must run."""
    matrix, n = data.X, data.n_obs
    with h5py.File(path, "w") as file:
        group = file.create_group("X")
        group.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0",
                            "shape": np.array([10 * n, data.n_vars])})
        for name in ("data", "indices"):
            values = getattr(matrix, name)
            whole = group.create_dataset(name, (10 * len(values),), values.dtype, chunks=True, maxshape=(None,), compression="gzip")
            for part in range(10):
                whole[part * len(values):(part + 1) * len(values)] = values
        starts = [matrix.indptr[:-1] + part * np.int64(matrix.nnz) for part in range(10)]
        group.create_dataset("indptr", data=np.concatenate([*starts, [10 * matrix.nnz]]), compression="gzip")
        obs = pd.concat([data.obs] * 10)
        obs.index = [f"{name}-{number // n}" for number, name in enumerate(obs.index)]
        ad.io.write_elem(file, "obs", obs, dataset_kwargs={"compression": "gzip"})
        ad.io.write_elem(file, "var", data.var, dataset_kwargs={"compression": "gzip"})
        for slot in ("obsm", "varm", "obsp", "varp", "layers", "uns"):
            ad.io.write_elem(file, slot, {})
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})


def write_by_gene(data, path):
    ad.AnnData(data.X.tocsc(), obs=data.obs, var=data.var).write_h5ad(path, compression="gzip")


def write_shuffled(source, path):
    with h5py.File(source) as old, h5py.File(path, "w") as new:
        new.attrs.update(dict(old.attrs))
        for name in old:
            if name != "X":
                old.copy(name, new)
        group = new.create_group("X")
        group.attrs.update(dict(old["X"].attrs))
        for name, values in old["X"].items():
            group.create_dataset(name, data=values[:], chunks=True, maxshape=(None,), compression="gzip", shuffle=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path)
    options.add_argument("--cells", type=int, default=20_000)
    options.add_argument("--large", action="store_true")
    options = options.parse_args()
    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    wanted = ["counts_plain.h5ad", "counts_shuffle.h5ad", "counts_csc.h5ad", "counts_10x.h5", "mtx"]
    wanted += ["counts_200k.h5ad"] if options.large else []
    if not ((folder / "counts.h5ad").exists() and (folder / "genes.txt").exists()):
        make_counts(folder, options.cells)
    if all((folder / name).exists() for name in wanted):
        return
    data = ad.read_h5ad(folder / "counts.h5ad")
    few = min(5_000, data.n_obs)
    when_absent(folder / "counts_plain.h5ad", data.write_h5ad)
    when_absent(folder / "counts_shuffle.h5ad", lambda path: write_shuffled(folder / "counts.h5ad", path))
    when_absent(folder / "counts_10x.h5", lambda path: write_10x(data.X, data.obs_names, data.var, path))
    when_absent(folder / "counts_csc.h5ad", lambda path: write_by_gene(data, path))
    when_absent(folder / "mtx", lambda path: write_mtx(data.X[:few], data.obs_names[:few], data.var, path))
    if options.large:
        when_absent(folder / "counts_200k.h5ad", lambda path: write_ten_times(data, path))
    os.sync()


if __name__ == "__main__":
    main()
