"""What dump_counts reads of our own h5ad files, of all writers' versions, equals what anndata reads, value by value.

    python read_h5ad.py DUMP_COUNTS ODD_FILES_FOLDER

Files: tests/data, and the odd files (what is expected of each stands in their MANIFEST.tsv).
"""

import os
import sys
import warnings
from pathlib import Path

import anndata
import h5py
import numpy as np

from cases import same_as_anndata
from dumped import Dumped, require

warnings.simplefilter("ignore")
ODD = Path(sys.argv[2])
SOURCE = Path(os.environ["GEMFLOW_SOURCE"])


def toy_counts():
    i, j = np.indices((12, 9))
    table = np.where((i + 2 * j) % 3 == 0, 0, (5 * i + 3 * j) % 11).astype(float)
    table[7] = 0
    return table


def check_odd():
    n = 0
    for line in (ODD / "MANIFEST.tsv").read_text().splitlines()[1:]:
        name, expected, _ = line.split("\t")
        read = Dumped(ODD / name)
        if read.error is not None and "is written for a newer HDF5 than this one" in read.error:
            require(name in ("latest_format.h5ad", "virtual_dataset.h5ad"), name, read.error)
        elif expected == "toy":
            require(read.error is None, name, read.error)
            require(np.allclose(read.x, toy_counts(), rtol=1e-9, atol=0), name, "values")
            require(read.cells == [f"cell_{i:02d}" for i in range(12)], name, "names")
        elif expected == "empty":
            require(read.error is None and read.x.sum() == 0, name, read.error)
        elif expected == "refuse":
            require(read.error is not None, name, "must be refused")
        n += 1
    return n


def main():
    print(f"anndata {anndata.__version__}, h5py {h5py.__version__}, HDF5 {h5py.version.hdf5_version}")
    for path in sorted((SOURCE / "tests/data").glob("*.h5ad")):
        same_as_anndata(path)
        print(path.name)
    print(f"{check_odd()} odd files")


main()
