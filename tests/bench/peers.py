# SPDX-License-Identifier: Apache-2.0
"""The other side, each job in its best form: peers.py JOB INPUT [OUT [MORE]] prints one line of JSON.

Imports and the compiling of kernels are over before the clock starts.
"""
import json
import os
import resource
import shutil
import sys
import time


def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), usage.ru_utime + usage.ru_stime


started = used()
import anndata as ad  # noqa: E402
import h5py  # noqa: E402
import numba  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import scipy.sparse as sp  # noqa: E402

GZIP = {"compression": "gzip"}
N_LATENTS = 1024


@numba.njit(parallel=True, cache=True)
def count_kept(indptr, indices, target, kept):
    for row in numba.prange(len(indptr) - 1):
        n = 0
        for at in range(indptr[row], indptr[row + 1]):
            n += target[indices[at]] >= 0
        kept[row] = n


@numba.njit(parallel=True, cache=True)
def move(matrix, target, new_indptr, new_indices, new_data, n_wanted):
    """Each thread scatters a row into a dense one, marks a bit for each gene, and reads both back in order."""
    indptr, indices, data = matrix
    n_rows, n_parts = len(indptr) - 1, 64
    for part in numba.prange(n_parts):
        dense = np.zeros(n_wanted, np.float32)
        marks = np.zeros((n_wanted + 63) // 64, np.uint64)
        for row in range(part * n_rows // n_parts, (part + 1) * n_rows // n_parts):
            for at in range(indptr[row], indptr[row + 1]):
                gene = target[indices[at]]
                if gene >= 0:
                    dense[gene] = data[at]
                    marks[gene >> 6] |= np.uint64(1) << np.uint64(gene & 63)
            at = new_indptr[row]
            for word in range(len(marks)):
                bits = marks[word]
                marks[word] = np.uint64(0)
                while bits:
                    gene = word * 64 + trailing_zeros(bits)
                    new_indices[at] = gene
                    new_data[at] = dense[gene]
                    at += 1
                    bits &= bits - np.uint64(1)


@numba.njit(inline="always")
def trailing_zeros(bits):
    """The lone lowest bit, looked up by a de Bruijn product."""
    lowest = bits & (~bits + np.uint64(1))
    return DE_BRUIJN[(lowest * np.uint64(0x03F79D71B4CB0A89)) >> np.uint64(58)]


def de_bruijn_table():
    table = np.zeros(64, np.int64)
    for bit in range(64):
        table[((1 << bit) * 0x03F79D71B4CB0A89 % 2**64) >> 58] = bit
    return table


DE_BRUIJN = de_bruijn_table()


def reorder(matrix, target, n_wanted):
    kept = np.empty(matrix.shape[0], np.int64)
    count_kept(matrix.indptr, matrix.indices, target, kept)
    indptr = np.zeros(len(kept) + 1, matrix.indptr.dtype)
    np.cumsum(kept, out=indptr[1:])
    indices, data = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], matrix.data.dtype)
    move((matrix.indptr, matrix.indices, matrix.data), target, indptr, indices, data, n_wanted)
    return sp.csr_matrix((data, indices, indptr), shape=(matrix.shape[0], n_wanted))


def wanted_genes(path, names):
    """The order as an index, and for each gene of the file its place there or -1."""
    with open(path) as file:
        wanted = pd.Index(file.read().split())
    return wanted, wanted.get_indexer(names).astype(np.int32)


def reorder_in_memory(source, out, genes):
    data = ad.read_h5ad(source)
    wanted, target = wanted_genes(genes, data.var_names)
    matrix = reorder(data.X.tocsr(), target, len(wanted))
    ad.AnnData(matrix, obs=data.obs, var=data.var.reindex(wanted)).write_h5ad(out, **GZIP)


def reorder_in_blocks(source, out, genes):
    """The form that spares memory: 2,000 cells at once."""
    with h5py.File(source) as file, h5py.File(out, "w") as made:
        obs, var = ad.io.read_elem(file["obs"]), ad.io.read_elem(file["var"])
        wanted, target = wanted_genes(genes, var.index)
        whole = ad.io.sparse_dataset(file["X"])
        for start in range(0, whole.shape[0], 2_000):
            block = reorder(whole[start:start + 2_000], target, len(wanted))
            if start == 0:
                ad.io.write_elem(made, "X", block, dataset_kwargs=GZIP)
            else:
                ad.io.sparse_dataset(made["X"]).append(block)
        ad.io.write_elem(made, "obs", obs, dataset_kwargs=GZIP)
        ad.io.write_elem(made, "var", var.reindex(wanted), dataset_kwargs=GZIP)
        made.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})


def latents(n_cells):
    """Noise that deflate can do nothing with, as latents are; the same as annotate_obsm.cpp makes."""
    numbers = np.arange(n_cells * N_LATENTS, dtype=np.uint32) * np.uint32(2654435761)
    return ((numbers >> np.uint32(8)).astype(np.float32) / np.float32(1 << 24)).reshape(n_cells, N_LATENTS)


def annotate_rewrite(source, out, made):
    data = ad.read_h5ad(source)
    data.obsm["X_gemflow_bench"] = made
    data.write_h5ad(out, **GZIP)


def annotate_append(source, out, made):
    shutil.copyfile(source, out)
    with h5py.File(out, "r+") as file:
        ad.io.write_elem(file["obsm"], "X_gemflow_bench", made)


def annotate_append_sync(source, out, made):
    annotate_append(source, out, made)
    handle = os.open(out, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def what_was_read(matrix):
    return {"nonzeros": int(matrix.nnz), "sum": float(matrix.data.sum(dtype=np.float64))}


def read_10x(path):
    import scanpy as sc
    clock()
    return sc.read_10x_h5(path)


def read_mtx(path):
    import scanpy as sc
    clock()
    return sc.read_10x_mtx(path, cache=False)


def read_raw(path):
    """No compression, no matrix built, nothing checked: what memory and disk allow."""
    with h5py.File(path) as file:
        data, indices = file["X/data"][:], file["X/indices"][:]
    return {"nonzeros": len(indices), "sum": float(data.sum(dtype=np.float64))}


def clock():
    global started, imported
    now = used()
    imported += now[0] - started[0]
    started = now


def main():
    job, source, *more = sys.argv[1:]
    small = sp.csr_matrix(np.eye(3, dtype=np.float32))
    if job.startswith("reorder"):
        reorder(small, np.arange(3, dtype=np.int32), 3)
    made = latents(int(more[1])) if job.startswith("annotate") else None
    clock()
    found = {}
    if job == "reorder_in_memory":
        reorder_in_memory(source, more[0], more[1])
    elif job == "reorder_in_blocks":
        reorder_in_blocks(source, more[0], more[1])
    elif job == "annotate_rewrite":
        annotate_rewrite(source, more[0], made)
    elif job == "annotate_append":
        annotate_append(source, more[0], made)
    elif job == "annotate_append_sync":
        annotate_append_sync(source, more[0], made)
    elif job == "read":
        found = what_was_read(ad.read_h5ad(source).X)
    elif job == "read_raw":
        found = read_raw(source)
    elif job == "read_10x":
        found = what_was_read(read_10x(source).X)
    elif job == "read_mtx":
        found = what_was_read(read_mtx(source).X)
    elif job == "10x_to_h5ad":
        data = read_10x(source)
        data.var_names_make_unique()
        data.write_h5ad(more[0], **GZIP)
    else:
        sys.exit(f"no job '{job}'")
    now = used()
    print(json.dumps({"wall": now[0] - started[0], "cpu": now[1] - started[1], "imports": imported, **found}))


imported = 0.0
if __name__ == "__main__":
    main()
