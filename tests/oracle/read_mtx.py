"""What dump_counts reads of MatrixMarket folders in all the ways in which they are written equals what scipy and scanpy read.

    python read_mtx.py DUMP_COUNTS

The folders are made here. What is refused must say why.
"""

import gzip
import tempfile
import warnings
from pathlib import Path

import numpy as np
import scanpy
import scipy.io
import scipy.sparse

from cases import refused, same, scanpy_folder
from dumped import require

warnings.simplefilter("ignore")
N_GENES, N_CELLS = 12, 7
GENES = [f"ENSG{i:011d}" for i in range(N_GENES)]
CELLS = [f"AAACCCAAGT{'ACGT'[i % 4]}-{i}" for i in range(N_CELLS)]
BANNER = "%%MatrixMarket matrix coordinate integer general"


def table():
    i, j = np.indices((N_GENES, N_CELLS))
    return np.where((i + 2 * j) % 3 == 0, 0, (5 * i + 3 * j) % 11)


def entries(values, one="{} {} {}"):
    return [one.format(i + 1, j + 1, values[i, j]) for j in range(values.shape[1]) for i in range(values.shape[0]) if values[i, j]]


def text_of(lines, n_entries=None, rows=N_GENES, columns=N_CELLS, banner=BANNER, comments=(), end="\n"):
    head = [banner, *comments, f"{rows} {columns} {len(lines) if n_entries is None else n_entries}"]
    return end.join(head + list(lines)) + end


def features(columns=3):
    return "".join("\t".join([gene, f"S{i}", "Gene Expression"][:columns]) + "\n" for i, gene in enumerate(GENES))


def write(path, text, packed=False):
    data = text.encode() if isinstance(text, str) else text
    Path(f"{path}.gz" if packed else path).write_bytes(gzip.compress(data) if packed else data)


class Folder:
    """A folder of its own for each case."""

    def __init__(self, work):
        self.work, self.n = Path(work), 0

    def make(self, matrix, genes=None, cells=None, names=("matrix.mtx", "features.tsv", "barcodes.tsv"), packed=(False,) * 3):
        self.n += 1
        folder = self.work / str(self.n)
        folder.mkdir()
        cells = "".join(cell + "\n" for cell in CELLS) if cells is None else cells
        texts = (matrix, features() if genes is None else genes, cells)
        for name, text, is_packed in zip(names, texts, packed):
            write(folder / name, text, is_packed)
        return folder


def read_by_scipy(folder, name="matrix.mtx"):
    path = folder / name
    return scipy.io.mmread(path if path.exists() else f"{path}.gz").T


def check_layouts(folders):
    """Names and packings of the three files."""
    values = table()
    text = text_of(entries(values))
    old = ("matrix.mtx", "genes.tsv", "barcodes.tsv")
    prefixed = tuple(f"GSM1_sample.A_{name}" for name in ("matrix.mtx", "features.tsv", "barcodes.tsv"))
    for what, names, packed, columns in [
        ("version 2", old, (False,) * 3, 2),
        ("version 2, packed (DRAGEN)", old, (True,) * 3, 2),
        ("version 3", ("matrix.mtx", "features.tsv", "barcodes.tsv"), (True,) * 3, 3),
        ("version 3, plain (STARsolo)", ("matrix.mtx", "features.tsv", "barcodes.tsv"), (False,) * 3, 3),
        ("some packed", ("matrix.mtx", "features.tsv", "barcodes.tsv"), (True, False, True), 3),
        ("with a prefix", prefixed, (True,) * 3, 3),
        ("kb", ("cells_x_genes.mtx", "cells_x_genes.genes.txt", "cells_x_genes.barcodes.txt"), (False,) * 3, 1),
        ("STARsolo's fractional counts", ("UniqueAndMult-EM.mtx", "features.tsv", "barcodes.tsv"), (False,) * 3, 3),
    ]:
        if what == "kb":
            folder = folders.make(text_of(entries(values.T), rows=N_CELLS, columns=N_GENES), features(1), names=names)
        else:
            folder = folders.make(text, features(columns), names=names, packed=packed)
        read = same(folder, CELLS, GENES, values.T)
        if columns > 1:
            require(read.var["gene_symbols"] == [f"S{i}" for i in range(N_GENES)], what)
    for what in ("version 3", "plain"):
        folder = folders.make(text, packed=(what == "version 3",) * 3)
        adata = scanpy_folder(Path(folder))
        same(folder, adata.obs_names, adata.var_names, adata.X)


def check_texts(folders):
    """Ways to write the same matrix; scipy reads them all."""
    values = table()
    lines = entries(values)
    messy = [*lines, "1 1 0", lines[0], "2 3 0"][::-1]
    real = BANNER.replace("integer", "real")
    ways = {
        "plain": text_of(lines),
        "comments": text_of(lines, comments=("%", "%metadata_json: {}", "% a b c")),
        "blank lines": text_of(lines, comments=("", "%x", "")).replace("\n1 ", "\n\n1 "),
        "CRLF": text_of(lines, end="\r\n"),
        "tabs": text_of([line.replace(" ", "\t") for line in lines]),
        "leading and trailing blanks": text_of([f"  {line}  " for line in lines]),
        "no newline at the end": text_of(lines)[:-1],
        "unsorted": text_of(lines[::-1]),
        "summed twice, with zeros": text_of(messy),
        "real": text_of([f"{line}.0" for line in lines], banner=real),
        "real with exponents": text_of(entries(values, "{} {} {}e0"), banner=real),
        "fractions": text_of(entries(values, "{} {} {}.25"), banner=real),
        "double": text_of([f"{line}.5" for line in lines], banner=BANNER.replace("integer", "double")),
        "pattern": text_of(entries(values, "{} {}"), banner=BANNER.replace("integer", "pattern")),
        "capitals": text_of(lines, banner="%%MatrixMarket MATRIX Coordinate Integer GENERAL"),
        "bustools": text_of(lines, comments=("%" + " " * 200, "%")),
        "by gene": text_of(sorted(lines, key=lambda line: int(line.split()[0]))),
    }
    for what, text in ways.items():
        folder = folders.make(text)
        same(folder, CELLS, GENES, read_by_scipy(folder), "any")
    for at in range(3):
        folder = folders.make(text_of(lines), packed=[i == at for i in range(3)])
        same(folder, CELLS, GENES, values.T)


def check_empty(folders):
    same(folders.make(text_of([])), CELLS, GENES, np.zeros((N_CELLS, N_GENES)))
    same(folders.make(text_of([], columns=0), cells=""), [], GENES, np.zeros((0, N_GENES)))
    same(folders.make(text_of([], rows=0), genes=""), CELLS, [], np.zeros((N_CELLS, 0)))
    same(folders.make(text_of(["1 1 5"], rows=1, columns=1), "g\n", "c\n"), ["c"], ["g"], np.array([[5]]))


def check_lists(folders):
    """Names are taken as they are."""
    odd = ["NA", "nan", "5'RNA", 'B"R', "#CD99", "a b", "ä", "HLA/A", "1-Mar", "x,y", "None", '"quoted"']
    genes = "".join(f"{gene}\t{gene}\tGene Expression\n" for gene in odd)
    same(folders.make(text_of(entries(table())), genes), CELLS, odd, table().T)
    numbers = [str(i) for i in range(N_GENES)]
    same(folders.make(text_of(entries(table())), "".join(f"{n}\tS\tGene Expression\n" for n in numbers)), CELLS, numbers, table().T)
    crlf = features().replace("\n", "\r\n")
    same(folders.make(text_of(entries(table())), crlf, "\r\n".join(CELLS)), CELLS, GENES, table().T)
    bom = "\ufeff" + features()
    same(folders.make(text_of(entries(table())), bom), CELLS, GENES, table().T)
    arc = "".join(f"{gene}\tS\tGene Expression\t{'chr1' * (i % 2)}\t{'1' * (i % 2)}\t{'9' * (i % 2)}\n" for i, gene in enumerate(GENES))
    same(folders.make(text_of(entries(table())), arc), CELLS, GENES, table().T)
    mixed = "".join(f"{gene}\tS\t{'Gene Expression' if i < 9 else 'Antibody Capture'}\n" for i, gene in enumerate(GENES))
    same(folders.make(text_of(entries(table())), mixed), CELLS, GENES[:9], table()[:9].T)
    square = table()[:N_CELLS]
    few = "".join(f"{gene}\n" for gene in GENES[:N_CELLS])
    same(folders.make(text_of(entries(square), rows=N_CELLS), few), CELLS, GENES[:N_CELLS], square.T)
    transposed = text_of(entries(table().T), rows=N_CELLS, columns=N_GENES)
    same(folders.make(transposed), CELLS, GENES, table().T)
    turned = text_of(entries(square.T), rows=N_CELLS)
    same(folders.make(turned, few), CELLS, GENES[:N_CELLS], square, "orientation=genes-in-rows")
    same(folders.make(turned, few), CELLS, GENES[:N_CELLS], square.T, "orientation=cells-in-rows")


def check_refusals(folders):
    lines = entries(table())
    for kind, words, text in [
        ("unsupported", "it is a MatrixMarket 'matrix coordinate integer symmetric'", text_of(lines, banner=BANNER.replace("general", "symmetric"))),
        ("unsupported", "it is a MatrixMarket 'matrix coordinate complex general'", text_of(lines, banner=BANNER.replace("integer", "complex"))),
        ("unsupported", "it is a MatrixMarket 'matrix array integer general'", text_of(lines, banner=BANNER.replace("coordinate", "array"))),
        ("input", "line 3 names the place 0, 1 in a matrix of 12 x 7", text_of(["0 1 5"])),
        ("input", "line 3 names the place 1, 0 in a matrix of 12 x 7", text_of(["1 0 5"])),
        ("input", "line 3 names the place 13, 1 in a matrix of 12 x 7", text_of(["13 1 5"])),
        ("input", "line 3 names the place 1, 8 in a matrix of 12 x 7", text_of(["1 8 5"])),
        ("input", "line 3 holds '-1 1 5', which is no entry", text_of(["-1 1 5"])),
        ("input", "line 3 holds '1 1', which is no entry", text_of(["1 1"])),
        ("input", "line 3 holds '1 1 5 6', which is no entry", text_of(["1 1 5 6"])),
        ("input", "line 3 holds '1 1 x', which is no entry", text_of(["1 1 x"])),
        ("input", "line 3 holds '1 1 2.5', and the banner says integer", text_of(["1 1 2.5"])),
        ("input", "is one more than the 3 entries that the header announces", text_of(lines, n_entries=3)),
        ("input", f"it holds {len(lines)} of the 500 entries that its header announces", text_of(lines, n_entries=500)),
        ("input", "a matrix of 12 x 8 does not fit 12 genes ('features.tsv') and 7 cells ('barcodes.tsv')", text_of(lines, columns=8)),
        ("input", "line 2 holds '12 7' where rows, columns and entries are expected", "\n".join([BANNER, "12 7", "1 1 5"])),
        ("input", "MatrixMarket", "12 7 1\n1 1 5\n"),
        ("input", "MatrixMarket", "%%matrixmarket matrix coordinate integer general\n12 7 1\n1 1 5\n"),
        ("input", "rows, columns and entries are missing", BANNER + "\n%\n"),
    ]:
        refused(folders.make(text), words, "any", kind=kind)
    whole = gzip.compress(text_of(lines * 50).encode())
    refused(folders.make(whole[: len(whole) // 2], names=("matrix.mtx.gz", "features.tsv", "barcodes.tsv")), "damaged or cut short", kind="input")
    refused(folders.make(text_of(lines), names=("matrix.mtx", "other.tsv", "barcodes.tsv")), "there is no list of its genes beside it", kind="input")
    refused(folders.make(text_of(lines), names=("matrix.mtx", "features.tsv", "other.tsv")), "there is no list of its cells beside it", kind="input")
    velocyto = folders.make(text_of(lines), names=("spliced.mtx", "features.tsv", "barcodes.tsv"))
    write(velocyto / "unspliced.mtx", text_of(lines))
    refused(velocyto, "it holds 2 matrices: 'spliced.mtx' and 'unspliced.mtx'", kind="input")
    same(velocyto / "unspliced.mtx", CELLS, GENES, table().T)
    junk = folders.make(text_of(lines), packed=(True,) * 3)
    write(junk / "._matrix.mtx.gz", b"Mac OS X")
    write(junk / "._features.tsv.gz", b"Mac OS X")
    write(junk / ".DS_Store", b"\0")
    same(junk, CELLS, GENES, table().T)
    for name in ("features.tsv.gz", "barcodes.tsv.gz"):
        refused(junk / name, "it is a list of the genes or cells of 'matrix.mtx.gz', and holds no counts", kind="input")
    latin = features().replace("S3", "M\xfcller").encode("latin-1")
    refused(folders.make(text_of(lines), latin), "which is not UTF-8", kind="input")


def main():
    print(f"scanpy {scanpy.__version__}, scipy {scipy.__version__}")
    with tempfile.TemporaryDirectory() as work:
        folders = Folder(work)
        for check in (check_layouts, check_texts, check_empty, check_lists, check_refusals):
            check(folders)
        print(f"{folders.n} folders")


main()
