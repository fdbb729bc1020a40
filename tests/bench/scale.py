#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What one cell and one task cost, for docs/scale.py: the embedded default model on one thread. Seconds are the processor's (user and
system), medians, so that a busy machine tells nearly the same as an idle one. Prints JSON.

  scale.py PROGRAM [RUNS] > docs/scale_figures.json      with a Python that has anndata (scripts/oracle-venv)
"""
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
from measured import median, run

DATA = Path(__file__).resolve().parents[2] / "data" / "immune_cells.h5ad"
TIMES = 36  # some 20,000 cells
FEW, MANY = 20, 200  # files made one


MAKE = """
import sys, anndata
one = anndata.read_h5ad(sys.argv[1])
cells = anndata.concat([one] * int(sys.argv[3]), keys=[str(i) for i in range(int(sys.argv[3]))], index_unique="-")
cells.write_h5ad(sys.argv[2], compression="gzip")
print(cells.n_obs, cells.X.nnz)
"""


def made(source, times):
    """In a process of its own: a child's peak is never below what its parent held when it was started."""
    told = subprocess.run([sys.executable, "-c", MAKE, DATA, source, str(times)], check=True, capture_output=True, text=True)
    return map(int, told.stdout.split()[-2:])


def timed(command, runs, output=None):
    took = [run(command, output=output) for _ in range(runs)]
    return {"cpu": median([one.cpu for one in took]), "mb": max(one.peak_mb for one in took)}


def copies(path, n):
    names = [path.with_name(f"{path.stem}_{i}.h5ad") for i in range(n)]
    for name in names:
        shutil.copy(path, name)
    return names


def main():
    program, runs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, part, out, half, joined = (folder / f"{one}.h5ad" for one in ("cells", "part", "out", "half", "joined"))
        n, nonzeros = made(source, TIMES)

        def predict(rows):
            return [program, "predict-metadata", source, "--rows", rows, "--part", "-@", "1", "-q", "-o", part]

        one, all_cells = timed(predict("0:1"), runs, part), timed(predict(f"0:{n}"), runs, part)
        merge = timed([program, "merge", source, part, "-@", "1", "-q", "-o", out], runs, out)
        table = timed([program, "table", out, "--what", "labels", "-q", "-o", folder / "t.tsv", "--overwrite"], runs)
        # Samples made one file: of the annotated files that a run makes, and, for what a file costs, of many with a single cell.
        def join(names):
            return timed([program, "convert", *names, "-@", "1", "-q", "--join", "outer", "--sample-key", "sample", "-o", joined], runs, joined)

        subprocess.run([program, "convert", source, "--rows", "0:1", "-q", "-o", folder / "cell.h5ad"], check=True)
        small = join(copies(folder / "cell.h5ad", MANY))
        made(folder / "half_cells.h5ad", TIMES // 2)
        subprocess.run([program, "predict-metadata", folder / "half_cells.h5ad", "-@", "1", "-q", "-o", half], check=True)
        two, more = join(copies(half, 2)), join(copies(half, FEW))  # what a file of 10,000 cells takes of memory
        big = join(copies(out, 2))
        figures = {
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "version": subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()[0],
            "cells": n,
            "nonzeros_a_cell": round(nonzeros / n),
            "start_seconds": round(one["cpu"], 2),
            "predict_seconds_a_cell": round((all_cells["cpu"] - one["cpu"]) / n, 7),
            "merge_seconds_a_cell": round(merge["cpu"] / n, 7),
            "table_seconds_a_cell": round(table["cpu"] / n, 7),
            "convert_seconds_a_cell": round(big["cpu"] / (2 * n), 7),
            "convert_seconds_a_file": round(small["cpu"] / MANY, 4),
            "plan_seconds": round(timed([program, "plan", source, "-q", "-o", folder / "p.csv", "--overwrite"], runs)["cpu"], 2),
            "inspect_seconds": round(timed([program, "inspect", source], runs)["cpu"], 2),
            "predict_mb": round(all_cells["mb"]),
            "merge_mb": round(merge["mb"]),
            "convert_mb": round(two["mb"]),
            "convert_mb_a_file": round((more["mb"] - two["mb"]) / (FEW - 2), 1),
            "input_bytes_a_cell": round(source.stat().st_size / n),
            "part_bytes_a_cell": round(part.stat().st_size / n),
            "output_bytes_a_cell": round(out.stat().st_size / n),
            "merged_bytes_a_cell": round(joined.stat().st_size / (2 * n)),
        }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
