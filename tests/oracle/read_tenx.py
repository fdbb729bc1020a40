"""What dump_counts reads of 10x HDF5 files in all the ways in which they are written equals what scanpy reads.

    python read_tenx.py DUMP_COUNTS

The files are made here. What is refused must say why.
"""

import tempfile
import warnings
from pathlib import Path

import h5py
import numpy as np
import scanpy
import scipy.sparse

from cases import refused, same, same_as_scanpy
from dumped import Dumped, dense, require

warnings.simplefilter("ignore")
N_GENES, N_CELLS = 40, 25


def write_tenx(path, change=lambda matrix: None, **types):
    """A file of version 3 with some counts; `types` for its datasets, then what `change` does to /matrix."""
    random = np.random.default_rng(5)
    x = scipy.sparse.random(N_GENES, N_CELLS, 0.3, "csc", random_state=random)
    x.data = random.integers(1, 200, x.nnz)
    with h5py.File(path, "w") as file:
        matrix = file.create_group("matrix")
        arrays = {"data": (x.data, "i4"), "indices": (x.indices, "i8"), "indptr": (x.indptr, "i8"), "shape": (x.shape, "i4")}
        for name, (values, dtype) in arrays.items():
            chunked = name in ("data", "indices")
            layout = {"chunks": (64,), "compression": "gzip", "shuffle": True} if chunked else {}
            matrix.create_dataset(name, data=np.asarray(values, types.get(name, dtype)), **layout)
        matrix["barcodes"] = np.array([f"AAAC{i:04d}-1" for i in range(N_CELLS)], "S18")
        features = matrix.create_group("features")
        features["id"] = np.array([f"ENSG{i:011d}" for i in range(N_GENES)], "S15")
        features["name"] = np.array([f"G{i // 2}" for i in range(N_GENES)], "S15")  # symbols repeat
        features["feature_type"] = np.array(["Gene Expression"] * N_GENES, "S20")
        features["genome"] = np.array(["GRCh38"] * N_GENES, "S8")
        features["_all_tag_keys"] = np.array(["genome"], "S6")
        change(matrix)


def replace(group, name, values, **layout):
    del group[name]
    group.create_dataset(name, data=values, **layout)


def drop_genome(matrix):
    del matrix["features/genome"]
    del matrix["features/_all_tag_keys"]


def var_length_strings(matrix):
    for name in ("barcodes", "features/id", "features/name", "features/feature_type", "features/genome"):
        texts = [text.decode() for text in matrix[name][:]]
        replace(matrix, name, np.array(texts, h5py.string_dtype("utf-8")))


def unsorted(matrix):
    begin, end = matrix["indptr"][3:5]
    for name in ("indices", "data"):
        matrix[name][begin:end] = matrix[name][begin:end][::-1]


def several_types(matrix):
    types = ["Gene Expression"] * 30 + ["Antibody Capture"] * 7 + ["CRISPR Guide Capture"] * 3
    replace(matrix, "features/feature_type", np.array(types, "S24"))
    matrix["features/pattern"] = np.array(["x"] * N_GENES, "S4")


def cell_bender(matrix):
    for name in ("droplet_latents", "global_latents", "metadata"):
        matrix.file.create_group(name)["x"] = np.arange(3)


def chunk_beyond_end(matrix):
    values = matrix["data"][:]
    replace(matrix, "data", values, chunks=(16384,), maxshape=(None,), compression="gzip", shuffle=True)


def nothing_counted(matrix):
    replace(matrix, "data", np.zeros(0, "i4"))
    replace(matrix, "indices", np.zeros(0, "i8"))
    replace(matrix, "indptr", np.zeros(N_CELLS + 1, "i8"))


ACCEPTED = [
    ("as Cell Ranger writes it", {}, None),
    ("without genome and tags", {}, drop_genome),
    ("int32 indices and indptr", {"indices": "i4", "indptr": "i4"}, None),
    ("uint32 indices, uint64 shape", {"indices": "u4", "shape": "u8"}, None),
    ("float32 data", {"data": "f4"}, None),
    ("float64 data", {"data": "f8"}, None),
    ("uint16 data", {"data": "u2"}, None),
    ("uint8 data", {"data": "u1"}, None),
    ("variable-length strings", {}, var_length_strings),
    ("unsorted within a cell", {}, unsorted),
    ("several feature types", {}, several_types),
    ("what CellBender adds", {}, cell_bender),
    ("a chunk longer than its data", {}, chunk_beyond_end),
    ("no count at all", {}, nothing_counted),
]


def remove(name):
    return lambda matrix: matrix.__delitem__(name)


def molecules(matrix):
    file = matrix.file
    del file["matrix"]
    for name in ("barcode_idx", "feature_idx", "umi"):
        file[name] = np.arange(5)


def none_are_genes(matrix):
    replace(matrix, "features/feature_type", np.array(["Peaks"] * 20 + ["Custom"] * 20, "S24"))


def gene_outside(matrix):
    matrix["indices"][3] = N_GENES


REFUSED_TENX = [
    ("it is a molecule_info.h5, which lists molecules and holds no matrix", molecules),
    ("none of its features is of type 'Gene Expression': 20 'Custom', 20 'Peaks'", none_are_genes),
    ("matrix/shape is not that of 40 features and 25 barcodes: it says 40 x 24", lambda m: replace(m, "shape", np.array([40, 24]))),
    ("matrix/features/name holds 39 texts, and there are 40 features", lambda m: replace(m, "features/name", np.array(["x"] * 39, "S1"))),
    ("matrix/indices holds a number outside of [0, 40)", gene_outside),
    ("matrix/features/id", remove("features/id")),
    ("neither h5ad nor 10x", remove("features")),
]


def flags_too_few(matrix):
    matrix["features/gene_id"] = matrix["features/id"][:]
    matrix["features/filtered_probes"] = np.ones(39, bool)


def check(path):
    for name, types, change in ACCEPTED:
        print(name)
        write_tenx(path, change or (lambda matrix: None), **types)
        read = same_as_scanpy(path)
        require(read.type == np.dtype(types.get("data", "i4")).name, name, read.type)
        if change is several_types:
            require("10 features that are no genes are left out: 7 'Antibody Capture', 3 'CRISPR Guide Capture'" in read.said, read.said)
    for words, change in REFUSED_TENX + [("holds 39 flags, and there are 40 features", flags_too_few)]:
        write_tenx(path, change)
        refused(path, words)
    write_tenx(path)
    read = Dumped(path, "cell=AAAC0007-1", "cell=AAAC0003-1")
    require(read.cells == ["AAAC0003-1", "AAAC0007-1"], read.cells)
    require(np.array_equal(read.x, dense(scanpy.read_10x_h5(path).X)[[3, 7]]), "chosen cells")
    refused(path, "there is no cell 'AAAC9999-1'", "cell=AAAC9999-1")
    refused(path, "there is no obs column 'type'", "where=type=B")
    refused(path, "there is no layer 'x'", "layer=x")


def main():
    print(f"scanpy {scanpy.__version__}, h5py {h5py.__version__}")
    with tempfile.TemporaryDirectory() as work:
        check(Path(work) / "made.h5")


main()
