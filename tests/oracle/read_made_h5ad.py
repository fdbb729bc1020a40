"""What dump_counts reads of h5ad files in all the ways in which they are written equals what anndata or h5py reads.

    python read_made_h5ad.py DUMP_COUNTS

The files are made here. Of layouts that neither anndata nor scipy take (big-endian sparse values, unsigned indices of 32 bits) what
was put in is what must come out.
"""

import os
import sys
import tempfile
import warnings
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import scipy.sparse

from cases import refused, same
from compare import compare_file

sys.path.insert(0, os.environ["GEMFLOW_SOURCE"] + "/tests/data")
from make_odd_files import put_frames, put_sparse, tag  # noqa: E402

warnings.simplefilter("ignore")
N_CELLS, N_GENES = 37, 23
TEXT = h5py.string_dtype()
MADE = {}


def made(make):
    """Registers a function that writes one file; its name is the file's name."""
    MADE[make.__name__] = make
    return make


def table(n_cells=N_CELLS, n_genes=N_GENES):
    random = np.random.default_rng(11)
    values = random.integers(1, 200, (n_cells, n_genes)) * (random.random((n_cells, n_genes)) < 0.3)
    values[2:5] = 0
    return values


def names(stem, n):
    return [f"{stem}{i}" for i in range(n)]


def data_of(x, **parts):
    obs = pd.DataFrame(index=names("cell", x.shape[0]))
    var = pd.DataFrame(index=names("gene", x.shape[1]))
    return anndata.AnnData(x, obs=obs, var=var, **parts)


def csr(values, dtype="f4"):
    return scipy.sparse.csr_matrix(np.asarray(values, dtype))


# --- whole files of anndata -----------------------------------------------------------------------------------------------------


@made
def csr_plain(path):
    data_of(csr(table())).write_h5ad(path)


@made
def csr_lzf(path):
    data = data_of(csr(table()))
    data.obs["batch"] = pd.Categorical(["a", "b", "c"] * 12 + ["a"])
    data.obs["score"] = np.arange(N_CELLS) / 7
    data.var["symbol"] = names("S", N_GENES)
    data.write_h5ad(path, compression="lzf")


@made
def csc_gzip(path):
    data_of(scipy.sparse.csc_matrix(table().astype("i4"))).write_h5ad(path, compression="gzip")


@made
def dense_gzip_9(path):
    data_of(table().astype("f8")).write_h5ad(path, compression="gzip", compression_opts=9)


@made
def layers_of_all_kinds(path):
    values = table()
    data = data_of(csr(values))
    data.layers["counts"] = csr(values + 1, "i8")
    data.layers["by_gene"] = scipy.sparse.csc_matrix(values.astype("u2"))
    data.layers["dense"] = (values * 2).astype("i2")
    data.layers["half"] = values.astype("f2")
    data.layers["with blank, comma"] = csr(values)
    data.layers["grün"] = csr(values)
    data.write_h5ad(path)


@made
def raw_with_more_genes(path):
    big = data_of(csr(table(N_CELLS, 50)))
    big.raw = big
    data = big[:, 10:30].copy()
    data.X = csr(np.log1p(data.X.toarray()))
    data.write_h5ad(path)


@made
def raw_only(path):
    big = data_of(csr(table()))
    big.raw = big
    del big.X
    big.write_h5ad(path)


@made
def layers_only(path):
    data = anndata.AnnData(obs=pd.DataFrame(index=names("c", 6)), var=pd.DataFrame(index=names("g", 4)))
    data.layers["counts"] = csr(table(6, 4))
    data.write_h5ad(path)


@made
def no_cells(path):
    data_of(csr(np.zeros((0, 5)))).write_h5ad(path)


@made
def no_genes(path):
    data_of(csr(np.zeros((5, 0)))).write_h5ad(path)


@made
def no_cells_dense(path):
    data_of(np.zeros((0, 5), "f4")).write_h5ad(path)


@made
def no_genes_dense(path):
    data_of(np.zeros((5, 0), "f4")).write_h5ad(path)


@made
def no_cells_by_gene(path):
    data_of(scipy.sparse.csc_matrix(np.zeros((0, 5), "f4"))).write_h5ad(path)


@made
def nothing_counted_by_gene(path):
    data_of(scipy.sparse.csc_matrix(np.zeros((6, 5), "f4"))).write_h5ad(path, compression="gzip")


@made
def nothing_at_all(path):
    data_of(csr(np.zeros((0, 0)))).write_h5ad(path)


@made
def one_cell(path):
    data_of(csr(table(9, N_GENES)[8:])).write_h5ad(path)


@made
def one_gene(path):
    data_of(csr(table(N_CELLS, 1))).write_h5ad(path)


@made
def one_gene_dense(path):
    data_of(table(N_CELLS, 1).astype("f4")).write_h5ad(path, compression="gzip")


@made
def one_of_each_by_gene(path):
    data_of(scipy.sparse.csc_matrix(np.array([[3.0]]))).write_h5ad(path)


def with_columns():
    data = data_of(csr(table()))
    n = N_CELLS
    data.obs["category"] = pd.Categorical(["T", None, "B"] * 12 + ["T"], categories=["T", "B", "unused"])
    data.obs["numbers as labels"] = pd.Categorical([1, 2, 30] * 12 + [1])
    data.obs["flags as labels"] = pd.Categorical([True, False, None] * 12 + [True])
    data.obs["halves as labels"] = pd.Categorical([0.5, 1.5, 1e-7] * 12 + [2.5e10])
    data.obs["text"] = names("x", n)
    data.obs["text missing"] = pd.array(["a", None, "ü"] * 12 + ["NA"], dtype="string")
    data.obs["integer missing"] = pd.array([1, None, 2**53 + 1] * 12 + [-4], dtype="Int64")
    data.obs["integer"] = pd.array([1, 2, 2**53 + 1] * 12 + [-4], dtype="Int64")
    data.obs["unsigned"] = np.arange(n, dtype="u8") + 2**63 - 5
    data.obs["bytes"] = np.arange(n, dtype="i1")
    data.obs["float"] = np.where(np.arange(n) % 5 == 0, np.nan, np.arange(n) / 3)
    data.obs["float32"] = np.where(np.arange(n) % 5 == 0, np.inf, np.arange(n) / 3).astype("f4")
    data.obs["flag"] = np.arange(n) % 2 == 0
    data.obs["flag missing"] = pd.array([True, None, False] * 12 + [False], dtype="boolean")
    data.obs["ordered"] = pd.Categorical(["low", "high", "mid"] * 12 + ["low"], ["low", "mid", "high"], ordered=True)
    data.obs["grün, 'so'"] = names("y", n)
    return data


@made
def columns_of_all_kinds(path):
    with_columns().write_h5ad(path)


@made
def columns_compressed(path):
    with_columns().write_h5ad(path, compression="gzip")


@made
def slash_in_names(path):
    data = data_of(csr(table()))
    data.obs_names = [f"plate/1/well {i}" for i in range(N_CELLS)]
    data.var_names = [f"HLA/{i}" for i in range(N_GENES)]
    with anndata.settings.override(disallow_forward_slash_in_h5ad=False):
        data.obs["G1/S"] = names("x", N_CELLS)
        data.obs["G1/M"] = pd.Categorical(["T", "B"] * 18 + ["T"])
        data.write_h5ad(path)


@made
def repeated_names(path):
    data = data_of(csr(table()))
    data.obs_names = ["same"] * 5 + names("c", N_CELLS - 5)
    data.var_names = ["same"] * 5 + names("g", N_GENES - 5)
    data.write_h5ad(path)


@made
def names_beyond_ascii(path):
    data = data_of(csr(table()))
    data.obs_names = [f"Zelle_ä_細胞_{i}" for i in range(N_CELLS)]
    data.var_names = [f"β-gene 🧬{i}" for i in range(N_GENES)]
    data.write_h5ad(path)


@made
def index_has_a_name(path):
    data = data_of(csr(table()))
    data.obs.index.name, data.var.index.name = "CellID", "gene_ids"
    data.obs["n"] = np.arange(N_CELLS)
    data.write_h5ad(path)


@made
def strings_of_old(path):
    with anndata.settings.override(allow_write_nullable_strings=False):
        data_of(csr(table())).write_h5ad(path)


@made
def index_pointers_of_64_bits(path):
    x = csr(table())
    x.indices, x.indptr = x.indices.astype("i8"), x.indptr.astype("i8")
    data_of(x).write_h5ad(path, compression="gzip")


@made
def flags_as_counts(path):
    data = data_of(csr(table() > 100, bool))
    data.layers["dense"] = table() > 100
    data.layers["by_gene"] = scipy.sparse.csc_matrix(table() > 100)
    data.write_h5ad(path)


@made
def one_label_of_old(path):
    """anndata 0.6 stored a single category as a scalar."""
    with h5py.File(path, "w") as file:
        for frame, rows in (("obs", N_CELLS), ("var", N_GENES)):
            records = np.zeros(rows, [("index", "S8"), ("batch", "i1")])
            records["index"] = names("name", rows)
            file[frame] = records
        file["X"] = table().astype("f4")
        file["uns/batch_categories"] = "only"


# --- by h5py: layouts ---------------------------------------------------------------------------------------------------------


def with_h5py(path, fill, **how):
    with h5py.File(path, "w", **how) as file:
        put_frames(file, names("cell", N_CELLS), names("gene", N_GENES))
        fill(file)


def dense_file(path, values, **storage):
    with_h5py(path, lambda file: tag(file.create_dataset("X", data=values, **storage), "array", "0.2.0"))


def dense_storage():
    filters = [{"compression": "gzip"}, {"compression": "gzip", "shuffle": True}, {"compression": "gzip", "fletcher32": True},
               {"fletcher32": True}, {"compression": "lzf"}, {"compression": "lzf", "shuffle": True}, {"shuffle": True}]
    yield {}
    for chunks in ((1, N_GENES), (N_CELLS, 1), (7, 5), (N_CELLS, N_GENES)):
        for storage in filters:
            yield {"chunks": chunks, **storage}
    yield {"chunks": (64, 64), "maxshape": (None, None), "compression": "gzip"}
    yield {"chunks": (1, 1), "compression": "gzip"}


DTYPES = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", ">i2", ">i4", ">u8", ">f4", ">f8", "?")


def sparse_file(path, x, dtype="f4", index="i4", pointer="i4", kind="csr_matrix", shape=(N_CELLS, N_GENES), **storage):
    with_h5py(path, lambda file: put_sparse(file, x.data.astype(dtype), x.indices.astype(index), x.indptr.astype(pointer),
                                            shape, kind, **storage))


def messy(x):
    """Unsorted entries, each split in two, explicit zeros among them."""
    random = np.random.default_rng(3)
    data, indices, indptr = [], [], [0]
    width = x.shape[1] if x.format == "csr" else x.shape[0]
    for begin, end in zip(x.indptr[:-1], x.indptr[1:]):
        some, at = x.data[begin:end], x.indices[begin:end]
        values = np.concatenate([some - 1, np.ones(len(some)), np.zeros(4)])
        places = np.concatenate([at, at, random.integers(0, width, 4)])
        order = random.permutation(len(values))
        data.append(values[order])
        indices.append(places[order])
        indptr.append(indptr[-1] + len(values))
    return type(x)((np.concatenate(data), np.concatenate(indices), np.array(indptr)), shape=x.shape)


def dense_layouts_of(path):
    values = table()
    for storage in dense_storage():
        dense_file(path, values.astype("i4"), **storage)
        yield storage
    for dtype in DTYPES:
        for storage in ({}, {"chunks": (5, 4), "compression": "gzip"}):
            dense_file(path, np.minimum(values, 1 if dtype == "?" else 99).astype(dtype), **storage)
            yield dtype, storage


def sparse_layouts_of(path, kind):
    x = (scipy.sparse.csr_matrix if kind == "csr_matrix" else scipy.sparse.csc_matrix)(np.minimum(table(), 99))
    for chunk in (1, 13, 4096):
        sparse_file(path, x, kind=kind, chunks=(chunk,), maxshape=(None,), compression="gzip")
        yield kind, chunk
    for dtype in DTYPES:
        sparse_file(path, x, "i1" if dtype == "?" else dtype, kind=kind, chunks=(7,), compression="gzip", shuffle=True)
        yield kind, dtype
    for index, pointer in (("i8", "i8"), (">i4", ">i8"), ("i4", "i8"), ("i8", "i4"), ("u1", "u2"), ("u4", "u8")):
        sparse_file(path, x, index=index, pointer=pointer, kind=kind, chunks=(11,), fletcher32=True)
        yield kind, index, pointer
    sparse_file(path, messy(x), kind=kind, chunks=(17,), compression="lzf")
    yield kind, "messy"


def check_layouts(path):
    n = 0
    for layout in dense_layouts_of(path):
        compare_file(path)
        n += 1
    for kind in ("csr_matrix", "csc_matrix"):
        for layout in sparse_layouts_of(path, kind):
            same(path, names("cell", N_CELLS), names("gene", N_GENES), np.minimum(table(), 99), "any")
            n += 1
    return n


def check_lzf_that_is_short(path):
    """A chunk that unpacks to less than a chunk."""
    csr_lzf(path)
    with h5py.File(path, "r+") as file:
        names = "obs/_index/values" if isinstance(file["obs/_index"], h5py.Group) else "obs/_index"  # the first of pandas 3
        file[names].id.write_direct_chunk((0,), bytes([7]) + bytes(8))
    refused(path, f"{names} is damaged: a chunk cannot be unpacked", kind="input")


def main():
    print(f"anndata {anndata.__version__}, h5py {h5py.__version__}, HDF5 {h5py.version.hdf5_version}")
    with tempfile.TemporaryDirectory() as work:
        for name, make in MADE.items():
            path = Path(work) / f"{name}.h5ad"
            make(path)
            print(f"{name}: {compare_file(path)} matrices")
        print(f"{check_layouts(Path(work) / 'layout.h5ad')} layouts")
        check_lzf_that_is_short(Path(work) / "short.h5ad")


main()
