"""The gene map, through `gemflow convert --gene-order`, equals one that is worked out here, on real lists of genes.

    python gene_map.py GEMFLOW

Genes: GENCODE v44 (ids and symbols; a symbol can stand for several ids) of GEMFLOW_SHARED.
"""

import csv
import gzip
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import scipy.sparse

from dumped import dense, require

GEMFLOW = sys.argv[1]
GENCODE = Path(os.environ["GEMFLOW_SHARED"]) / "data/genes/gencode_v44_id_to_symbol.tsv.gz"
STABLE = re.compile(r"^(ENS[A-Z]*[GTPER]\d{11})\.\d+(_PAR_Y)?$")
N_CELLS = 4


# --- the same, worked out ---------------------------------------------------------------------------------------------------------


def id_of(name):
    found = STABLE.match(name)
    return found.group(1) if found else name


def rows_by_id(names):
    """Rows of each id; copies on chromosome Y apart."""
    rows, copies = {}, {}
    for row, name in enumerate(names):
        (copies if name.endswith("_PAR_Y") else rows).setdefault(id_of(name), []).append(row)
    return rows, copies


def rows_by_symbol(symbols, ids_of):
    """Rows of each id that a symbol alone stands for."""
    rows, ambiguous = {}, 0
    for row, symbol in enumerate(symbols):
        ids = ids_of.get(symbol, [])
        if len(ids) == 1:
            rows.setdefault(ids[0], []).append(row)
        ambiguous += len(ids) > 1
    return rows, ambiguous


def aligned(x, order, rows, how="error"):
    """Cells x genes of the order; genes without a row are zero."""
    out = np.zeros((len(x), len(order)))
    for at, gene in enumerate(order):
        of_gene = rows.get(gene, [])
        if of_gene:
            out[:, at] = x[:, of_gene].sum(axis=1) if how == "sum" else x[:, of_gene[0]]
    return out


# --- through the program ----------------------------------------------------------------------------------------------------------


class Case:
    def __init__(self, work, order):
        self.work, self.order = Path(work), list(order)
        (self.work / "order.txt").write_text("\n".join(self.order) + "\n")

    def write(self, names, **columns):
        """Counts of these genes; returns them."""
        random = np.random.default_rng(len(names))
        x = random.integers(0, 9, (N_CELLS, len(names))).astype("f4")
        var = pd.DataFrame({name: list(values) for name, values in columns.items()}, index=list(names))
        data = anndata.AnnData(scipy.sparse.csr_matrix(x), var=var)
        data.strings_to_categoricals()
        data.write_h5ad(self.work / "in.h5ad")
        return x

    def convert(self, *options):
        command = [GEMFLOW, "convert", "in.h5ad", "-o", "out.h5ad", "--overwrite", "--gene-order", "order.txt", "--gene-report",
                   "report.tsv", *options]
        return subprocess.run(command, cwd=self.work, capture_output=True, text=True)

    def same(self, x, rows, words, *options, how="error", summed=()):
        run = self.convert(*options)
        require(run.returncode == 0, options, run.stderr)
        require(words in run.stderr, "expected", words, "in", run.stderr)
        out = anndata.read_h5ad(self.work / "out.h5ad")
        require(list(out.var_names) == self.order, "order")
        require(np.array_equal(dense(out.X), aligned(x, self.order, rows, how)), words, "values")
        found = [gene in rows for gene in self.order]
        status = list(out.var["gemflow_status"])
        require([word in ("found", "summed") for word in status] == found, words, "status")
        require({gene for gene, word in zip(self.order, status) if word == "summed"} == set(summed), words, "summed")
        report = pd.read_csv(self.work / "report.tsv", sep="\t", dtype=str, keep_default_na=False)
        told = report[report["model_gene"] != ""]
        require(list(told["model_gene"]) == self.order and list(told["status"]) == status, words, "report")
        return run.stderr, report

    def refused(self, code, words, *options):
        run = self.convert(*options)
        require(run.returncode == code and words in run.stderr, "refused with", code, words, "but:", run.returncode, run.stderr)


def bgzf(data):
    """Blocks of BGZF, and the empty one at the end."""
    blocks = []
    for begin in [*range(0, len(data), 60000), len(data)]:
        raw = data[begin : begin + 60000]
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = packer.compress(raw) + packer.flush()
        head = struct.pack("<4BI2BH2B2H", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(packed) + 25)
        blocks.append(head + packed + struct.pack("<II", zlib.crc32(raw), len(raw)))
    return b"".join(blocks)


def write_tables(work, pairs):
    """The table of ids and symbols in all the ways in which it is taken."""
    texts = {
        "table.csv": "gene_id,gene_name\n" + "".join(f"{id_},{symbol}\n" for id_, symbol in pairs),
        "table.tsv": "symbol\tensembl_id\n" + "".join(f"{symbol}\t{id_}.7\n" for id_, symbol in pairs),
        "headless.csv": "".join(f"{id_},{symbol}\n" for id_, symbol in pairs),
        "table.gtf": "#!genome GRCh38\n" + "".join(
            f'chr1\tH\tgene\t1\t2\t.\t+\t.\tgene_id "{id_}.3"; gene_type "x"; gene_name "{symbol}";\n'
            f'chr1\tH\texon\t1\t2\t.\t+\t.\tgene_id "{id_}.3"; gene_name "{symbol}"; exon_id "E";\n' for id_, symbol in pairs),
    }
    for name, text in texts.items():
        (work / name).write_text(text)
    for name in ("table.csv", "table.gtf"):
        data = texts[name].encode()
        (work / f"{name}.gz").write_bytes(gzip.compress(data))
        (work / f"{name}.bgz").write_bytes(bgzf(data))
    return [*texts, "table.csv.gz", "table.csv.bgz", "table.gtf.gz", "table.gtf.bgz"]


def check_ids(case, others):
    random = np.random.default_rng(2)
    order = case.order
    mixed = list(random.permutation([f"{gene}.{i % 30}" for i, gene in enumerate(order[200:])] + others))
    x = case.write(mixed)
    rows, _ = rows_by_id(mixed)
    line = f"{len(order) - 200:,} of {len(order):,} genes of 'order.txt'"
    _, report = case.same(x, rows, line)
    unused = report[(report["model_gene"] == "") & (report["status"] == "unused")]
    require(set(unused["file_gene"]) == set(others), "genes that are not used")
    x = case.write([f"S{i}" for i in range(len(mixed))], gene_ids=mixed, chromosome=["chr1"] * len(mixed))
    case.same(x, rows, "found by Ensembl id in column 'gene_ids'")
    case.same(x, rows, "found by Ensembl id in column 'gene_ids'", "--genes-by", "id")
    case.refused(3, "", "--genes-by", "symbol")


def check_duplicates(case):
    names = case.order[:900] + [f"{gene}.2" for gene in case.order[:3]]
    x = case.write(names)
    rows, _ = rows_by_id(names)
    case.refused(3, "--duplicates sum", "--min-overlap", "0.2")
    case.same(x, rows, "genes", "--min-overlap", "0.2", "--duplicates", "first")
    case.same(x, rows, "genes", "--min-overlap", "0.2", "--duplicates", "sum", how="sum", summed=case.order[:3])
    copies = case.order[:900] + [f"{gene}.2_PAR_Y" for gene in case.order[:2]] + [f"{case.order[950]}.2_PAR_Y"]
    x = case.write(copies)
    rows, of_y = rows_by_id(copies)
    alone = {**rows, **{gene: row for gene, row in of_y.items() if gene not in rows}}
    case.same(x, alone, "2 rows of 'in.h5ad' are copies on chromosome Y", "--min-overlap", "0.2")
    both = {gene: rows.get(gene, []) + of_y.get(gene, []) for gene in {**rows, **of_y}}
    case.same(x, both, "genes", "--min-overlap", "0.2", "--duplicates", "sum", how="sum", summed=case.order[:2])


def check_symbols(case, pairs):
    ids_of = {}
    for id_, symbol in pairs:
        if id_ not in ids_of.setdefault(symbol, []):
            ids_of[symbol].append(id_)
    tables = write_tables(case.work, pairs)
    in_order = set(case.order)
    symbols = list(dict.fromkeys(symbol for id_, symbol in pairs if id_ in in_order))
    x = case.write(symbols)
    rows, n_ambiguous = rows_by_symbol(symbols, ids_of)
    rows = {gene: row for gene, row in rows.items() if gene in in_order}
    require(n_ambiguous > 0, "the table has no symbol of several ids")
    for table in tables:
        case.same(x, rows, "through the gene table", "--gene-table", table)
    case.refused(3, "", "--min-overlap", "0.5")


def check_strangers(case):
    for names, words in [
        ([f"ENSMUSG{i:011d}" for i in range(500)], "mouse"),
        ([str(1000 + i) for i in range(500)], "Entrez"),
        ([f"peak{i}" for i in range(500)], "at least 50.0 % are needed"),
    ]:
        case.write(names)
        case.refused(3, words)
    half = case.order[: len(case.order) // 2 - 1]
    case.write(half)
    case.refused(3, "--min-overlap")
    x = case.write(half)
    case.same(x, rows_by_id(half)[0], "genes", "--min-overlap", "0.4")


def main():
    if not GENCODE.exists():
        print("skipped: no shared files")
        sys.exit(77)
    with gzip.open(GENCODE, "rt") as file:
        pairs = [tuple(row[:2]) for row in csv.reader(file, delimiter="\t")][1:]
    ids = list(dict.fromkeys(id_of(id_) for id_, _ in pairs))
    random = np.random.default_rng(1)
    order = [str(gene) for gene in random.permutation(ids)[:3000]]
    others = [str(gene) for gene in random.permutation(sorted(set(ids) - set(order)))[:1500]]
    with tempfile.TemporaryDirectory() as work:
        case = Case(work, order)
        check_ids(case, others)
        check_duplicates(case)
        check_symbols(case, [(id_of(id_), symbol) for id_, symbol in pairs])
        check_strangers(case)
    print(f"{len(order)} genes of {len(ids)}: as worked out")


main()
