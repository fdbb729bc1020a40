# SPDX-License-Identifier: Apache-2.0
"""joined_memory.py GEMFLOW IMMUNE_CELLS: the same cells in 56 samples are joined in the memory that they take in four, also where each sample
lacks genes of its own; the output is whole."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import anndata

gemflow, immune_cells = sys.argv[1:3]
n_cells = 556


def write_samples(cells, folder, n):
    """Of `n_cells` in turn; sample i lacks every n-th gene from the i-th on."""
    paths = []
    for i in range(n):
        genes = [gene for gene in range(cells.n_vars) if gene % n != i]
        begin, end = i * n_cells // n, (i + 1) * n_cells // n
        paths.append(folder / f"{n}_{i}.h5ad")
        sample = cells[begin:end, genes].copy()
        sample.obsm["X_pca"] = sample.X[:, :20].toarray()
        sample.layers["more"] = sample.X
        sample.write_h5ad(paths[-1], compression="gzip")
    return paths


def peak_of_join(cells, folder, n):
    out = folder / f"{n}.h5ad"
    words = [gemflow, "convert", *map(str, write_samples(cells, folder, n)), "-o", str(out), "--join", "outer", "--json"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["result"]["n_cells"] == n_cells
    joined = anndata.read_h5ad(out, backed="r")
    assert joined.n_vars == cells.n_vars and joined.obs["sample"].nunique() == n and joined.obsm["X_pca"].shape == (n_cells, 20)
    print(f"{n} samples joined in {told['seconds']:.1f} s with a peak of {told['peak_memory_bytes'] / 1e6:.0f} MB", flush=True)
    return told["peak_memory_bytes"]


with tempfile.TemporaryDirectory() as name:
    immune = anndata.read_h5ad(immune_cells)
    few = peak_of_join(immune, Path(name), 4)
    many = peak_of_join(immune, Path(name), 56)
    assert many < 1.2 * few, (few, many)
