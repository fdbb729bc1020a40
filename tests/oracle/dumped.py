"""What dump_counts, the script's first argument, reads of a file."""

import subprocess
import sys

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

    def __init__(self, lines):
        self.error = next((line[2] for line in lines if line[0] == "error"), None)
        if self.error is not None:
            return
        facts = {line[0]: line[1] for line in lines if line[0] in ("matrix", "type", "cells", "genes")}
        self.matrix, self.type = facts["matrix"], facts.get("type")
        self.genes = [line[1] if len(line) > 1 else "" for line in lines if line[0] == "gene"]
        self.first, self.cells, self.obs, self.layers, self.var = 0, [], {}, {}, {}
        self.said = " ".join(line[1] for line in lines if line[0] in ("note", "warning"))
        shape = (int(facts["cells"]), int(facts["genes"]))
        self.x = np.zeros(shape)
        for line in lines:
            if line[0] == "cell":
                self.first = self.first if self.cells else int(line[1])
                assert int(line[1]) == self.first + len(self.cells), line
                self.cells.append(line[2])
            elif line[0] == "var":
                self.var.setdefault(line[1], []).append(line[2])
            elif line[0] == "obs":
                self.obs.setdefault(line[1], []).append(line[2])
            elif line[0] == "x":
                self.put(self.x, line[1:])
            elif line[0] == "layer":
                self.put(self.layers.setdefault(line[1], np.zeros(shape)), line[2:])

    def put(self, table, entry):
        cell, gene, value = len(self.cells) - 1, int(entry[0]), float(entry[1])
        assert table[cell, gene] == 0 and value != 0, "an entry twice, or a zero"
        table[cell, gene] = value


def dense(matrix):
    return np.asarray(matrix.todense() if scipy.sparse.issparse(matrix) else matrix).astype(np.float64)


def require(holds, *what):
    if not holds:
        raise SystemExit("differs: " + " ".join(str(part) for part in what))
