"""Makes odd and damaged count files at test time; nothing of it is committed.

    python make_odd_files.py FOLDER [NAME...]

Needs h5py 3.7 (Debian 12) or later, and numpy. FOLDER/MANIFEST.tsv lists each file with what is expected:

    toy      read as the counts of README.md (12 cells, 9 genes)
    refuse   refused with a sentence
    empty    a valid file without cells or without genes
    ask      readable counts that fail the counts check
"""

import sys
import zlib
from pathlib import Path

import h5py
import numpy as np

N_CELLS, N_GENES = 12, 9
CELLS = [f"cell_{i:02d}" for i in range(N_CELLS)]
GENES = ["ENSG00000090382", "ENSG00000156738", "ENSG00000115523", "ENSG00000167286", "ENSG00000163736",
         "ENSG00000105374", "ENSG00000203747", "ENSG00000170458", "ENSG00000187608"]
TEXT = h5py.string_dtype()

MAKERS = {}


def odd(expected, why, suffix="h5ad"):
    """Registers a function that writes one file; its name is the file's name."""
    def register(make):
        MAKERS[make.__name__] = (expected, why, suffix, make)
        return make
    return register


# --- the pieces of an ordinary file ---------------------------------------------------------------------------

def counts():
    i, j = np.indices((N_CELLS, N_GENES))
    table = np.where((i + 2 * j) % 3 == 0, 0, (5 * i + 3 * j) % 11)
    table[7] = 0
    return table


def rows(table):
    """Compressed rows of a dense table: values, column of each, offsets."""
    where = np.nonzero(table)
    offsets = np.concatenate(([0], np.cumsum((table != 0).sum(axis=1))))
    return table[where].astype(np.float32), where[1].astype(np.int32), offsets.astype(np.int32)


def tag(node, kind, version):
    node.attrs["encoding-type"], node.attrs["encoding-version"] = kind, version


def put_frame(file, name, index):
    group = file.create_group(name)
    tag(group, "dataframe", "0.2.0")
    group.attrs["_index"] = "_index"
    group.attrs.create("column-order", np.array([], dtype=object), dtype=TEXT)
    tag(group.create_dataset("_index", data=np.array(index, dtype=object), dtype=TEXT), "string-array", "0.2.0")


def put_sparse(file, data, indices, indptr, shape=(N_CELLS, N_GENES), kind="csr_matrix", where="X", **storage):
    x = file.create_group(where)
    tag(x, kind, "0.1.0")
    x.attrs["shape"] = np.array(shape, np.int64)
    for name, values in (("data", data), ("indices", indices), ("indptr", indptr)):
        x.create_dataset(name, data=values, **storage)
    return x


def put_frames(file, cells=CELLS, genes=GENES):
    tag(file, "anndata", "0.1.0")
    put_frame(file, "obs", cells)
    put_frame(file, "var", genes)
    for mapping in ("layers", "obsm", "obsp", "uns", "varm", "varp"):
        tag(file.create_group(mapping), "dict", "0.1.0")


def write(path, data, indices, indptr, shape=(N_CELLS, N_GENES), libver="earliest", **storage):
    with h5py.File(path, "w", libver=libver) as file:
        put_frames(file, [f"cell_{i:02d}" for i in range(shape[0])], GENES[:shape[1]])
        put_sparse(file, data, indices, indptr, shape, **storage)


def write_values(path, values):
    """The toy file with other values in the places of its counts."""
    data, indices, indptr = rows(counts())
    write(path, values(data), indices, indptr)


# --- unusual, to be read as it is -----------------------------------------------------------------------------

@odd("toy", "an ordinary file: what all others differ from")
def ordinary(path):
    write(path, *rows(counts()))


@odd("toy", "genes of a cell in falling order")
def unsorted_indices(path):
    data, indices, indptr = rows(counts())
    for start, end in zip(indptr[:-1], indptr[1:]):
        data[start:end], indices[start:end] = data[start:end][::-1].copy(), indices[start:end][::-1].copy()
    write(path, data, indices, indptr)


@odd("toy", "each count split into two entries that must be added, unsorted")
def duplicate_indices(path):
    data, indices, indptr = rows(counts())
    halves, twice = [], []
    for start, end in zip(indptr[:-1], indptr[1:]):
        halves += [data[start:end] - 1, np.ones(end - start, np.float32)]
        twice += [indices[start:end], indices[start:end][::-1]]
    write(path, np.concatenate(halves), np.concatenate(twice), indptr * 2)


@odd("toy", "explicit zeros stored")
def explicit_zeros(path):
    table = counts()
    write(path, table.astype(np.float32).ravel(), np.tile(np.arange(N_GENES, dtype=np.int32), N_CELLS),
          (np.arange(N_CELLS + 1) * N_GENES).astype(np.int32))


@odd("toy", "values, indices and offsets big endian")
def big_endian(path):
    data, indices, indptr = rows(counts())
    write(path, data.astype(">f8"), indices.astype(">i4"), indptr.astype(">i8"), chunks=True, compression="gzip")


@odd("toy", "lzf with shuffle")
def lzf(path):
    write(path, *rows(counts()), chunks=True, compression="lzf", shuffle=True)


@odd("toy", "gzip, shuffle and checksum, chunks of 7")
def fletcher32(path):
    write(path, *rows(counts()), chunks=(7,), compression="gzip", shuffle=True, fletcher32=True)


@odd("toy", "scale-offset filter, which is built into HDF5")
def scale_offset(path):
    data, indices, indptr = rows(counts())
    write(path, data.astype(np.int32), indices, indptr, chunks=(8,), scaleoffset=0)


@odd("toy", "int32 indices beside int64 offsets")
def mixed_index_types(path):
    data, indices, indptr = rows(counts())
    write(path, data, indices, indptr.astype(np.int64))


@odd("toy", "unsigned 8-bit indices, unsigned 16-bit offsets, unsigned 16-bit values")
def small_unsigned(path):
    data, indices, indptr = rows(counts())
    write(path, data.astype(np.uint16), indices.astype(np.uint8), indptr.astype(np.uint16))


@odd("toy", "half-precision values")
def half_precision(path):
    data, indices, indptr = rows(counts())
    write(path, data.astype(np.float16), indices, indptr)


@odd("toy", "newest file format: other superblock, other chunk index")
def latest_format(path):
    write(path, *rows(counts()), libver="latest", chunks=(5,), maxshape=(None,), compression="gzip")


@odd("toy", "512 bytes of something else in front, as MuData writes them")
def user_block(path):
    with h5py.File(path, "w", userblock_size=512) as file:
        put_frames(file)
        put_sparse(file, *rows(counts()))
    with open(path, "r+b") as raw:
        raw.write(b"MuData (format-version=0.1.0;creator=test)".ljust(512, b"\0"))


@odd("toy", "names of fixed length, attributes of fixed length")
def fixed_length_strings(path):
    with h5py.File(path, "w") as file:
        put_frames(file)
        put_sparse(file, *rows(counts()))
        for frame, names in (("obs", CELLS), ("var", GENES)):
            del file[frame]["_index"]
            tag(file[frame].create_dataset("_index", data=np.array(names, "S20")), "string-array", "0.2.0")
        for node in (file["X"], file["obs"], file["var"]):
            for key in ("encoding-type", "encoding-version"):
                node.attrs[key] = np.bytes_(node.attrs[key])


@odd("toy", "the names are a categorical")
def categorical_index(path):
    with h5py.File(path, "w") as file:
        put_frames(file)
        put_sparse(file, *rows(counts()))
        del file["var/_index"]
        group = file.create_group("var/_index")
        tag(group, "categorical", "0.2.0")
        group.attrs["ordered"] = False
        group.create_dataset("codes", data=np.arange(N_GENES, dtype=np.int8))
        group.create_dataset("categories", data=np.array(GENES, dtype=object), dtype=TEXT)


@odd("toy", "obs and var as one compound dataset each, sparse tags of anndata 0.6")
def compound_frames(path):
    with h5py.File(path, "w") as file:
        for frame, names in (("obs", CELLS), ("var", GENES)):
            table = np.zeros(len(names), np.dtype([("index", "S20"), ("number", "i4")]))
            table["index"] = names
            file.create_dataset(frame, data=table)
        x = put_sparse(file, *rows(counts()))
        for key in list(x.attrs):
            del x.attrs[key]
        x.attrs["h5sparse_format"] = "csr"
        x.attrs["h5sparse_shape"] = np.array([N_CELLS, N_GENES], np.int64)


@odd("toy", "frames without encoding tags, as SeuratDisk leaves them")
def untagged_frames(path):
    with h5py.File(path, "w") as file:
        put_frames(file)
        put_sparse(file, *rows(counts()))
        for node in (file, file["obs"], file["var"], file["obs/_index"], file["var/_index"]):
            del node.attrs["encoding-type"], node.attrs["encoding-version"]


@odd("toy", "X is a soft link within the file")
def soft_link(path):
    with h5py.File(path, "w") as file:
        put_frames(file)
        put_sparse(file, *rows(counts()), where="layers/counts")
        file["X"] = h5py.SoftLink("/layers/counts")


@odd("toy", "dense integers in chunks that do not divide the shape")
def dense_chunked(path):
    with h5py.File(path, "w") as file:
        put_frames(file)
        tag(file.create_dataset("X", data=counts().astype(np.int16), chunks=(5, 4), compression="gzip"), "array", "0.2.0")


@odd("toy", "by gene, unsorted within a gene")
def csc_unsorted(path):
    data, indices, indptr = rows(counts().T)
    for start, end in zip(indptr[:-1], indptr[1:]):
        data[start:end], indices[start:end] = data[start:end][::-1].copy(), indices[start:end][::-1].copy()
    with h5py.File(path, "w") as file:
        put_frames(file)
        put_sparse(file, data, indices, indptr, kind="csc_matrix")


# --- empty ----------------------------------------------------------------------------------------------------

@odd("empty", "no cells")
def zero_cells(path):
    write(path, np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(1, np.int32), (0, N_GENES))


@odd("empty", "no genes")
def zero_genes(path):
    write(path, np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(N_CELLS + 1, np.int32), (N_CELLS, 0))


@odd("empty", "cells and genes, but no count")
def all_zero(path):
    write(path, np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(N_CELLS + 1, np.int32))


# --- not counts -----------------------------------------------------------------------------------------------

@odd("ask", "a negative value")
def negative(path):
    write_values(path, lambda data: np.where(np.arange(len(data)) == 17, -data, data))


@odd("ask", "not a number among the values")
def nan(path):
    write_values(path, lambda data: np.where(np.arange(len(data)) == 17, np.nan, data).astype(np.float32))


@odd("ask", "an infinite value")
def infinite(path):
    write_values(path, lambda data: np.where(np.arange(len(data)) == 17, np.inf, data).astype(np.float32))


@odd("ask", "logarithms of counts per 10,000")
def log1p(path):
    table = counts()
    table = np.log1p(table / np.maximum(table.sum(axis=1, keepdims=True), 1) * 1e4)
    write(path, *rows(table))


@odd("ask", "counts per million")
def cpm(path):
    table = counts()
    write(path, *rows(table / np.maximum(table.sum(axis=1, keepdims=True), 1) * 1e6))


@odd("ask", "scaled: mean 0 and deviation 1 in each gene, dense")
def scaled(path):
    table = counts().astype(float)
    with h5py.File(path, "w") as file:
        put_frames(file)
        x = ((table - table.mean(axis=0)) / table.std(axis=0)).astype(np.float32)
        tag(file.create_dataset("X", data=x), "array", "0.2.0")


@odd("ask", "estimated counts, as quantifiers write them")
def estimated(path):
    write_values(path, lambda data: data + np.where(np.arange(len(data)) % 3 == 0, 0.375, 0).astype(np.float32))


@odd("toy", "counts that miss whole numbers by 1e-11")
def nearly_whole(path):
    write_values(path, lambda data: data.astype(np.float64) * (1 - 1e-12))


# --- damaged --------------------------------------------------------------------------------------------------

@odd("refuse", "the second half is missing")
def truncated(path):
    ordinary(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:len(whole) // 2])


@odd("refuse", "no byte in it")
def no_bytes(path):
    path.write_bytes(b"")


@odd("refuse", "only the signature of HDF5")
def only_signature(path):
    path.write_bytes(b"\x89HDF\r\n\x1a\n")


@odd("refuse", "the page that a download server showed instead")
def html_page(path):
    path.write_text("<!DOCTYPE html>\n<html><head><title>403 Forbidden</title></head><body>Log in</body></html>\n")


@odd("refuse", "a pointer of Git LFS")
def lfs_pointer(path):
    path.write_text("version https://git-lfs.github.com/spec/v1\n"
                    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 132735\n")


@odd("refuse", "an HDF5 file that holds something else")
def other_hdf5(path):
    with h5py.File(path, "w") as file:
        file["experiment/points"] = np.arange(10)


@odd("refuse", "several modalities (MuData)", "h5mu")
def mudata(path):
    with h5py.File(path, "w") as file:
        tag(file, "MuData", "0.1.0")
        file.create_group("mod/rna")
        put_frame(file, "obs", CELLS)
        put_frame(file, "var", GENES)


@odd("refuse", "offsets fall")
def offsets_fall(path):
    data, indices, indptr = rows(counts())
    indptr[5] = indptr[4] - 2
    write(path, data, indices, indptr)


@odd("refuse", "offsets turn negative, as 32-bit ones do beyond 2^31")
def offsets_negative(path):
    data, indices, indptr = rows(counts())
    indptr[-3:] = -2147480112
    write(path, data, indices, indptr)


@odd("refuse", "offsets end beyond the values")
def offsets_beyond(path):
    data, indices, indptr = rows(counts())
    indptr[-1] += 5
    write(path, data, indices, indptr)


@odd("refuse", "offsets do not begin at 0")
def offsets_begin(path):
    data, indices, indptr = rows(counts())
    indptr[0] = 1
    write(path, data, indices, indptr)


@odd("refuse", "one offset too few")
def offsets_short(path):
    data, indices, indptr = rows(counts())
    write(path, data, indices, indptr[:-1])


@odd("refuse", "a gene number equal to the number of genes")
def gene_beyond(path):
    data, indices, indptr = rows(counts())
    indices[20] = N_GENES
    write(path, data, indices, indptr)


@odd("refuse", "a negative gene number")
def gene_negative(path):
    data, indices, indptr = rows(counts())
    indices[20] = -1
    write(path, data, indices, indptr)


@odd("refuse", "fewer values than indices")
def values_short(path):
    data, indices, indptr = rows(counts())
    write(path, data[:-4], indices, indptr)


@odd("refuse", "values are text")
def values_text(path):
    data, indices, indptr = rows(counts())
    write(path, np.array([str(int(value)) for value in data], dtype="S3"), indices, indptr)


@odd("refuse", "the shape names more cells than obs")
def shape_beyond(path):
    data, indices, indptr = rows(counts())
    with h5py.File(path, "w") as file:
        put_frames(file, CELLS[:-1])
        put_sparse(file, data, indices, indptr)


@odd("refuse", "the shape is absurd: 2^62 cells")
def shape_absurd(path):
    write(path, *rows(counts()))
    with h5py.File(path, "r+") as file:
        file["X"].attrs["shape"] = np.array([2**62, N_GENES], np.int64)


@odd("refuse", "_index names a member that is not there")
def index_missing(path):
    write(path, *rows(counts()))
    with h5py.File(path, "r+") as file:
        file["var"].attrs["_index"] = "gone"


@odd("refuse", "X is a number")
def x_scalar(path):
    with h5py.File(path, "w") as file:
        put_frames(file)
        file["X"] = 3.0


@odd("refuse", "X has three dimensions")
def x_cube(path):
    with h5py.File(path, "w") as file:
        put_frames(file)
        tag(file.create_dataset("X", data=np.zeros((N_CELLS, N_GENES, 2))), "array", "0.2.0")


@odd("refuse", "no X, no layer, no raw")
def x_missing(path):
    with h5py.File(path, "w") as file:
        put_frames(file)


@odd("refuse", "a later version of the sparse encoding")
def later_encoding(path):
    write(path, *rows(counts()))
    with h5py.File(path, "r+") as file:
        file["X"].attrs["encoding-version"] = "9.0.0"


@odd("refuse", "a sparse layout that does not exist")
def unknown_encoding(path):
    write(path, *rows(counts()))
    with h5py.File(path, "r+") as file:
        file["X"].attrs["encoding-type"] = "coo_matrix"


@odd("refuse", "gene names are not UTF-8")
def names_latin1(path):
    write(path, *rows(counts()))
    with h5py.File(path, "r+") as file:
        del file["var/_index"]
        names = [name.encode() for name in GENES[:-1]] + [b"M\xfcller"]
        tag(file["var"].create_dataset("_index", data=np.array(names, dtype=object), dtype=TEXT), "string-array", "0.2.0")


@odd("refuse", "a compressed chunk is overwritten with noise")
def chunk_noise(path):
    write(path, *rows(counts()), chunks=(8,), compression="gzip")
    with h5py.File(path, "r") as file:
        chunk = file["X/data"].id.get_chunk_info(1)
    with open(path, "r+b") as raw:
        raw.seek(chunk.byte_offset)
        raw.write(bytes((37 * k + 11) % 256 for k in range(chunk.size)))


@odd("refuse", "a compressed chunk that inflates to more than a chunk holds")
def chunk_too_long(path):
    write(path, *rows(counts()), chunks=(8,), compression="gzip")
    with h5py.File(path, "r+") as file:
        file["X/data"].id.write_direct_chunk((8,), zlib.compress(bytes(1 << 20)))


@odd("refuse", "a compressed chunk that inflates to less than a chunk holds")
def chunk_too_short(path):
    write(path, *rows(counts()), chunks=(8,), compression="gzip")
    with h5py.File(path, "r+") as file:
        file["X/data"].id.write_direct_chunk((8,), zlib.compress(bytes(8)))


# --- files that point elsewhere -------------------------------------------------------------------------------

@odd("refuse", "X is a link into another file")
def external_link(path):
    ordinary(path.with_name("elsewhere.h5"))
    with h5py.File(path, "w") as file:
        put_frames(file)
        file["X"] = h5py.ExternalLink("elsewhere.h5", "/X")


@odd("refuse", "the values are the bytes of another file")
def external_storage(path):
    data, indices, indptr = rows(counts())
    outside = path.with_name("elsewhere.bin")
    outside.write_bytes(data.tobytes())
    with h5py.File(path, "w") as file:
        put_frames(file)
        x = put_sparse(file, data, indices, indptr)
        del x["data"]
        x.create_dataset("data", shape=data.shape, dtype=data.dtype, external=[(str(outside.resolve()), 0, data.nbytes)])


@odd("refuse", "the values are a view of another file")
def virtual_dataset(path):
    data, indices, indptr = rows(counts())
    ordinary(path.with_name("elsewhere.h5"))
    layout = h5py.VirtualLayout(shape=data.shape, dtype=data.dtype)
    layout[:] = h5py.VirtualSource("elsewhere.h5", "X/data", shape=data.shape, dtype=data.dtype)
    with h5py.File(path, "w", libver="latest") as file:
        put_frames(file)
        x = put_sparse(file, data, indices, indptr)
        del x["data"]
        x.create_virtual_dataset("data", layout)


@odd("refuse", "a link that goes round in a circle")
def link_circle(path):
    with h5py.File(path, "w") as file:
        put_frames(file)
        file["X"] = h5py.SoftLink("/Y")
        file["Y"] = h5py.SoftLink("/X")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    chosen = sys.argv[2:] or list(MAKERS)
    lines = ["file\texpected\twhat\n"]
    for name in chosen:
        expected, why, suffix, make = MAKERS[name]
        path = folder / f"{name}.{suffix}"
        make(path)
        lines.append(f"{path.name}\t{expected}\t{why}\n")
    (folder / "MANIFEST.tsv").write_text("".join(lines))
    print(f"{len(chosen)} files in {folder}")


if __name__ == "__main__":
    main()
