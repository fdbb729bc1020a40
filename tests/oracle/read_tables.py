"""What dump_counts reads of delimited tables in all the ways in which they are written equals what pandas reads.

    python read_tables.py DUMP_COUNTS

The tables are made here. What is refused must say why.
"""

import bz2
import gzip
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from cases import refused, same
from dumped import require

warnings.simplefilter("ignore")
IDS = ["ENSG00000141510.18", "ENSG00000012048.23", "ENSG00000139618.15", "ENSG00000146648.18", "ENSG00000157764.14"]
SYMBOLS = ["TP53", "BRCA1", "BRCA2", "EGFR", "BRAF"]
CELLS = ["S1", "S2", "S3"]
VALUES = np.array([[0, 5, 12], [3, 0, 0], [7, 1, 100], [0, 0, 2], [9, 8, 1]])


def rows(values=VALUES, names=IDS):
    return [[name, *row] for name, row in zip(names, np.asarray(values).tolist())]


def text(header, lines, delimiter="\t", end="\n"):
    return "".join(delimiter.join(map(str, line)) + end for line in ([header] if header else []) + lines)


def quoted(line):
    return [f'"{field}"' for field in line]


PLAIN = text(["gene", *CELLS], rows())
R_HEADER = text(quoted(CELLS), [[f'"{row[0]}"', *row[1:]] for row in rows()])
COMMAS = text(["gene", *CELLS], rows(), ",")
# What is written, and how pandas is told to read it: genes in rows, all columns but the first are cells.
READ = {
    "tab": (PLAIN, {}),
    "comma": (COMMAS, {"sep": ","}),
    "semicolon": (PLAIN.replace("\t", ";"), {"sep": ";"}),
    "blank": (PLAIN.replace("\t", " "), {"sep": " "}),
    "several blanks": (PLAIN.replace("\t", "   "), {"sep": r"\s+"}),
    "bar": (PLAIN.replace("\t", "|"), {"sep": "|"}),
    "write.table of R": (R_HEADER, {}),
    "write.csv of R": (text(quoted(["", *CELLS]), [[f'"{row[0]}"', *row[1:]] for row in rows()], ","), {"sep": ","}),
    "all quoted": (text(quoted(["gene", *CELLS]), [quoted(row) for row in rows()], ","), {"sep": ","}),
    "a delimiter in quotes": (COMMAS.replace("S1", '"S,1"'), {"sep": ","}),
    "doubled quotes": (COMMAS.replace("S1", '"S""1"'), {"sep": ","}),
    "byte order mark": ("\ufeff" + COMMAS, {"sep": ","}),
    "byte order mark before a quote": ("\ufeff" + COMMAS.replace("gene", '"gene"'), {"sep": ","}),
    "CRLF": (PLAIN.replace("\n", "\r\n"), {}),
    "CR": (PLAIN.replace("\n", "\r"), {}),
    "no end": (PLAIN[:-1], {}),
    "blank lines": ("\n" + PLAIN.replace("\n", "\n\n"), {}),
    "trailing delimiter": (COMMAS.replace("\n", ",\n"), {"sep": ",", "usecols": range(4)}),
    "trailing delimiter below the header": (COMMAS.replace("\n", ",\n").replace("S3,", "S3"), {"sep": ",", "index_col": False}),
    "comments": ("# a\n#b\n" + PLAIN, {"comment": "#"}),
    "decimals": (text(["gene", *CELLS], [[row[0], *(f"{x}.0" for x in row[1:])] for row in rows()]), {}),
    "exponents": (text(["gene", *CELLS], [[row[0], *(f"{x}E+00" for x in row[1:])] for row in rows()]), {}),
    "fractions": (text(["gene", *CELLS], rows(VALUES / 7)), {}),
    "plus signs and zeros": (PLAIN.replace("\t5", "\t+5").replace("\t0", "\t0.0").replace("\t7", "\t007"), {}),
    "blanks around": (text(["gene", *CELLS], [[row[0], *(f" {x} " for x in row[1:])] for row in rows()], ","), {"sep": ","}),
    "a blank behind each comma": (COMMAS.replace(",", ", "), {"sep": ","}),
    "one gene": (text(["gene", *CELLS], rows()[:1]), {}),
    "one cell": (text(["gene", "S1"], [row[:2] for row in rows()]), {}),
    "a gene twice": (PLAIN + text(None, rows()[:1]), {}),
    "cells called by numbers": (PLAIN.replace("S1", "1").replace("S2", "2").replace("S3", "3"), {}),
    "genes called by numbers": (text(["gene_id", *CELLS], rows(names=range(1017, 1022))), {}),
    "names with blanks": (PLAIN.replace("S", "S "), {}),
    "names beyond ASCII": (PLAIN.replace("S", "é細"), {}),
    "names as spreadsheets leave them": (text(["gene", *CELLS], rows(names=["1-Mar", "2-Sep", *IDS[2:]])), {}),
    "a long line": (text(["gene", *range(70000)], [[name, *[i] * 70000] for i, name in enumerate(IDS[:2])]), {}),
    "a long name": (PLAIN.replace(IDS[0], IDS[0] + "x" * 300_000), {}),
    "large numbers": (text(["gene", *CELLS], [[IDS[0], 2**53, 12345678901234567890, 9999999999999999], *rows()[1:]]), {}),
    "Drop-seq": (text(["GENE", "ACGTACGTACGT", "ACGTACGTACGA", "ACGTACGTACGC"], rows(names=SYMBOLS)), {}),
}


def by_pandas(content, how):
    path = content.with_name("for_pandas.txt")
    data = content.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    path.write_bytes(data)
    table = pd.read_csv(path, **{"sep": "\t", "dtype": {0: str}, "float_precision": "round_trip", **how})
    if how.get("index_col") is False or isinstance(table.index, pd.RangeIndex):
        table = table.set_index(table.columns[0])
    return table


def check_read(path):
    for what, (content, how) in READ.items():
        path.write_text(content, encoding="utf-8", newline="")
        table = by_pandas(path, how)
        require(table.shape[1] >= 1 and len(table) >= 1, what)
        same(path, table.columns, table.index, table.T.to_numpy(float), "any")


def check_orientation(path):
    """Cells in rows, by the genes' names, by the header's first word, or as told."""
    turned = VALUES.T
    for first, told in [("cell", ()), ("", ()), ("barcode", ()), ("x", ("orientation=cells-in-rows",))]:
        path.write_text(text([first, *SYMBOLS], rows(turned, ["c0", "c1", "c2"]), ","))
        same(path, ["c0", "c1", "c2"], SYMBOLS, turned, *told)
    path.write_text(text(["", "a", "b", "c"], rows(names=["x0", "x1", "x2", "x3", "x4"]), ","))
    refused(path, "look alike: either may be genes", kind="input")
    same(path, ["a", "b", "c"], ["x0", "x1", "x2", "x3", "x4"], VALUES.T, "orientation=genes-in-rows")
    same(path, ["x0", "x1", "x2", "x3", "x4"], ["a", "b", "c"], VALUES, "orientation=cells-in-rows")
    lines = [[f"c{i}", "T cell", 5 * i, *row] for i, row in enumerate(turned.tolist())]
    path.write_text(text(["cell", "type", "n_counts", *SYMBOLS], lines, ","))
    read = same(path, ["c0", "c1", "c2"], SYMBOLS, turned)
    require("columns that hold no counts are left out: 'type' and 'n_counts'" in read.said, read.said)


def check_annotation(path):
    """Leading columns that tell about genes; rows that are none."""
    counts = ["a.bam", "b.bam", "c.bam"]
    where = ["1;1", "5;9", "7;10", "+;+", 99]
    for front, fields in [
        (["gene_id", "gene_name", "length"], lambda i: [IDS[i], SYMBOLS[i], 1000 + i]),
        (["gene_id", "transcript_id(s)"], lambda i: [IDS[i], "ENST1,ENST2"]),
        (["gene_id", "description"], lambda i: [IDS[i], "tumor protein, of sorts"]),
        (["", "gene"], lambda i: [str(i), IDS[i]]),
        (["Geneid", "Chr", "Start", "End", "Strand", "Length"], lambda i: [IDS[i], *where]),
        (["Geneid", "GCfraction", "Chr", "Start", "End", "Strand", "Length", "gene_name"],
         lambda i: [IDS[i], 0.5, *where, SYMBOLS[i]]),
    ]:
        lines = [fields(i) + VALUES[i].tolist() for i in range(len(IDS))]
        program = '# Program:featureCounts v2.0.1; Command:"x"\n' if front[0] == "Geneid" else ""
        path.write_text(program + text(front + counts, lines))
        read = same(path, counts, [line[0] for line in lines], VALUES.T)
        for at, name in enumerate(front[1:], 1):
            require(read.var[name] == [str(line[at]) for line in lines], front, name, read.var)
    path.write_text(text(["gene", *CELLS], rows() + [["__no_feature", 5, 5, 5], ["N_unmapped", 1, 1, 1]]))
    read = same(path, CELLS, IDS, VALUES.T)
    require("rows that are no genes are left out: '__no_feature' and 'N_unmapped'" in read.said, read.said)
    path.write_text("#1.2\n5\t3\n" + text(["Name", "Description", *CELLS], [[r[0], s, *r[1:]] for r, s in zip(rows(), SYMBOLS)]))
    require(same(path, CELLS, IDS, VALUES.T).var["Description"] == SYMBOLS, "GCT")


def check_packing(path):
    data = PLAIN.encode()
    lines = PLAIN.splitlines(keepends=True)
    for packed in (gzip.compress(data), b"".join(gzip.compress(line.encode()) for line in lines)):
        path.write_bytes(packed)
        same(path, CELLS, IDS, VALUES.T)
    long = gzip.compress(text(["gene", *CELLS], rows(np.random.default_rng(1).integers(0, 9, (5, 3)), IDS) * 9000).encode())
    for what, packed, words in [
        ("cut short", gzip.compress(data)[:-30], "its compressed data are damaged or cut short after line 0"),
        ("cut short", long[: len(long) // 2], "its compressed data are damaged or cut short after line"),
        ("garbage behind", gzip.compress(data) + b"garbage", "its compressed data are damaged or cut short"),
        ("packed twice", gzip.compress(gzip.compress(data)), "it is compressed by gzip twice"),
        ("bzip2", bz2.compress(data), "it is compressed by bzip2"),
    ]:
        path.write_bytes(packed)
        refused(path, words, kind="input")


def one(value):
    return text(["gene", *CELLS], [[IDS[0], value, 1, 2], *rows()[1:]])


def of_sample(header, *fields):
    return text(header, [[f"ENST0000000000{i}", *fields] for i in range(5)])


REFUSED = [
    ("input", f"line 2 holds 'NA' for '{IDS[0]}' in column 'S1', where a count is missing", one("NA")),
    ("input", f"line 2 holds '' for '{IDS[0]}' in column 'S1', where a count is missing", one("")),
    ("input", f"line 2 holds '0x10' for '{IDS[0]}' in column 'S1', which is no number", one("0x10")),
    ("input", f"line 2 holds 'TRUE' for '{IDS[0]}' in column 'S1', which is no number", one("TRUE")),
    ("input", f"line 2 holds '1,5' for '{IDS[0]}' in column 'S1': commas within numbers are not read", one("1,5")),
    ("input", "line 2 holds '1,234' for", text(["gene", *CELLS], [[name, "1,234", "0,5", "7,0"] for name in IDS], ";")),
    ("input", "has 3 fields, and the header stands for 4", text(["gene", *CELLS], rows() * 6 + [[IDS[0], 1, 2]])),
    ("input", "has 5 fields, and the header stands for 4", text(["gene", *CELLS], rows() + [[IDS[0], 1, 2, 3, 4]])),
    ("input", "it has a header and no rows", text(["gene", *CELLS], [])),
    ("input", "it has no header: line 1 is data | put a line of names above it", text(None, rows())),
    ("input", "it has no header: line 1 is data | a table that names genes is for --gene-table", text(None, rows([[symbol] for symbol in SYMBOLS]))),
    ("input", "none of its columns holds numbers", text(["id", "symbol"], rows([[symbol] for symbol in SYMBOLS]))),
    ("input", "columns without counts stand behind those with counts: 'symbol' and 'length'",
     text(["gene", *CELLS, "symbol", "length"], [[*row, "X", 100] for row in rows()])),
    ("input", "columns without counts stand behind those with counts: 'length'", text(["gene", *CELLS, "length"], [[*row, 1] for row in rows()])),
    ("input", "two cells are called 'S1': number 1 and number 3", PLAIN.replace("S3", "S1")),
    ("input", "line 1 opens a quote and does not close it", COMMAS.replace("S1", '"S\n1"')),
    ("input", "line 2 opens a quote and does not close it", COMMAS.replace("ENSG", '"ENSG')),
    ("input", "line 5 opens a quote and does not close it", COMMAS.replace(IDS[3], '"' + IDS[3])),
    ("input", "it holds 5 of the 9 rows that it announces", "#1.2\n9\t3\n" + text(["Name", "Description", *CELLS], [[r[0], "d", *r[1:]] for r in rows()])),
    ("input", "line 1 holds 'S", PLAIN.replace("S2", "S\xfc").encode("latin-1")),
    ("input", "which is not UTF-8 | iconv -f LATIN1 -t UTF-8", PLAIN.replace(IDS[4], "M\xfcller").encode("latin-1")),
    ("unsupported", "its text is UTF-16", ("\ufeff" + PLAIN).encode("utf-16-le")),
    ("input", "its content is of no known format", ">a\nACGT\n"),
    ("unsupported", "it is a GCT 1.3 table", "#1.3\n5\t3\t0\t0\n" + PLAIN),
    ("unsupported", "it is an annotation of genes (GTF or GFF3)", 'chr1\tH\tgene\t1\t2\t.\t+\t.\tgene_id "a"; gene_name "b";\n'),
    ("unsupported", "it is a long table of genes, cells and counts", text(["gene", "cell", "count"], [[IDS[0], "c", 1]])),
    ("unsupported", "it is featureCounts' summary", text(["Status", "a.bam"], [["Assigned", 5], ["Unassigned_Unmapped", 4]])),
    ("unsupported", "it is STAR's table of one sample (ReadsPerGene)", text(None, [["N_unmapped", 1, 1, 1], ["N_multimapping", 1, 1, 1]] + rows())),
    ("unsupported", "it is RSEM's table of one sample", of_sample(["gene_id", "transcript_id(s)", "length", "effective_length", "expected_count", "TPM", "FPKM"], "t", 9, 8, 5.5, 1, 1)),
    ("unsupported", "it is RSEM's table of one sample", of_sample(["transcript_id", "gene_id", "length", "effective_length", "expected_count", "TPM", "FPKM", "IsoPct"], "g", 9, 8, 5.5, 1, 1, 1)),
    ("unsupported", "it is salmon's table of one sample", of_sample(["Name", "Length", "EffectiveLength", "TPM", "NumReads"], 9, 8, 5.5, 1)),
    ("unsupported", "it is kallisto's table of one sample", of_sample(["target_id", "length", "eff_length", "est_counts", "tpm"], 9, 8, 5.5, 1)),
    ("unsupported", "it is oarfish's table of one sample", of_sample(["tname", "len", "num_reads"], 9, 8)),
    ("unsupported", "it is piscem-infer's table of one sample", of_sample(["target_name", "eelen", "tpm", "ecount"], 9, 8, 5)),
    ("unsupported", "it is StringTie's table of one sample", of_sample(["Gene ID", "Gene Name", "Reference", "Strand", "Start", "End", "Coverage", "FPKM", "TPM"], "n", "chr1", "+", 1, 2, 3.5, 1, 1)),
    ("unsupported", "it is a table of results of DESeq2", of_sample(["", "baseMean", "log2FoldChange", "lfcSE", "stat", "pvalue", "padj"], 10.5, 1, 1, 1, 0.1, 0.1)),
    ("unsupported", "it is a table of results of edgeR", of_sample(["", "logFC", "logCPM", "F", "PValue", "FDR"], 10.5, 1, 1, 0.1, 0.1)),
]


def check_refusals(path):
    for kind, words, content in REFUSED:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        refused(path, words, "any", kind=kind)


def main():
    print(f"pandas {pd.__version__}")
    with tempfile.TemporaryDirectory() as work:
        for check in (check_read, check_orientation, check_annotation, check_packing, check_refusals):
            check(Path(work) / "table.txt")
    print(f"{len(READ)} ways to write a table, {len(REFUSED)} refused")


main()
