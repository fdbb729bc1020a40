"""What dump_counts, the script's first argument, reads of a file."""

import subprocess
import sys
import tempfile

import numpy as np
import scipy.sparse

DUMP = sys.argv[1]


def dump(path, *wishes):
    """Lines of dump_counts as lists of fields."""
    run = subprocess.run([DUMP, str(path), *wishes], capture_output=True, text=True, errors="surrogateescape", timeout=300)
    if run.returncode not in (0, 2, 3, 4, 5, 137):
        raise SystemExit(f"{path} {wishes}: dump_counts ended with {run.returncode}\n{run.stderr}")
    return [line.split("\t") for line in run.stdout.splitlines()]


class Dumped:
    """The same as arrays."""

    def __init__(self, path, *wishes):
        with tempfile.NamedTemporaryFile() as x:
            lines = dump(path, f"x={x.name}", *wishes)
            entries = np.fromfile(x.name, np.float64).reshape(-1, 3)
        self.kind, self.error = next(((line[1], line[2]) for line in lines if line[0] == "error"), (None, None))
        if self.error is not None:
            return
        facts = {line[0]: line[1] for line in lines if line[0] in ("matrix", "type", "cells", "genes")}
        self.matrix, self.type = facts["matrix"], facts.get("type")
        self.genes, self.cells, self.obs, self.layers, self.var = [], [], {}, {}, {}
        self.numbers = []  # of the cells: their rows in the file
        self.said = " ".join(line[1] for line in lines if line[0] in ("note", "warning"))
        self.shape = (int(facts["cells"]), int(facts["genes"]))
        for line in lines:
            if line[0] == "gene":
                self.genes.append(line[1] if len(line) > 1 else "")
            elif line[0] == "cell":
                self.numbers.append(int(line[1]))
                self.cells.append(line[2])
            elif line[0] == "var":
                self.var.setdefault(line[1], []).append(line[2])
            elif line[0] == "obs":
                self.obs.setdefault(line[1], []).append(line[2])
            elif line[0] == "layer":
                self.layers.setdefault(line[1], []).append((len(self.cells) - 1, int(line[2]), float(line[3])))
        self.x = self.table(entries)
        self.layers = {name: self.table(np.array(layer)) for name, layer in self.layers.items()}

    def table(self, entries):
        table = np.zeros(self.shape)
        cells, genes = entries[:, 0].astype(int), entries[:, 1].astype(int)
        table[cells, genes] = entries[:, 2]
        assert len(set(zip(cells, genes))) == len(entries) and (entries[:, 2] != 0).all(), "an entry twice, or a zero"
        return table


def dense(matrix):
    return np.asarray(matrix.todense() if scipy.sparse.issparse(matrix) else matrix).astype(np.float64)


def require(holds, *what):
    if not holds:
        raise SystemExit("differs: " + " ".join(str(part) for part in what))
