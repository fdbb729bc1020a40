# SPDX-License-Identifier: Apache-2.0
"""merged_memory.py GEMFLOW IMMUNE_CELLS: a merge of a million cells takes the memory of one of 200,000, but for the four bytes a cell of each
column of labels; its output is whole."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import anndata
import h5py
import numpy as np

gemflow, immune_cells = sys.argv[1:3]
n_genes_a_cell = 30
rows_of_a_part = 100_000


def write_cells(path, n_cells):
    """Counts of some genes each, written a slice at a time."""
    genes = anndata.read_h5ad(immune_cells, backed="r").var_names.to_numpy()
    random = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        x = file.create_group("X")
        x.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": [n_cells, len(genes)]})
        n = n_cells * n_genes_a_cell
        chunks = {"chunks": (65536,), "compression": "gzip", "compression_opts": 1}
        data, indices = (x.create_dataset(name, (n,), dtype, **chunks) for name, dtype in (("data", "f4"), ("indices", "i4")))
        x["indptr"] = np.arange(n_cells + 1, dtype="i8") * n_genes_a_cell
        for begin in range(0, n_cells, 50_000):
            end = min(begin + 50_000, n_cells)
            steps = random.integers(1, len(genes) // n_genes_a_cell, (end - begin, n_genes_a_cell))
            some = slice(begin * n_genes_a_cell, end * n_genes_a_cell)
            indices[some] = (steps.cumsum(1) - 1).ravel()
            data[some] = random.integers(1, 9, (end - begin) * n_genes_a_cell)
        for frame, names in (("obs", [f"cell{i}" for i in range(n_cells)]), ("var", list(genes))):
            group = file.create_group(frame)
            group.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
            group.attrs["column-order"] = np.array([], dtype="f8")
            group.create_dataset("_index", data=names, dtype=h5py.string_dtype())
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})


def run(*words):
    done = subprocess.run([gemflow, *map(str, words), "--json"], capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stdout[-2000:], done.stderr)
    return json.loads(done.stdout)


def peak_of_merge(folder, n_cells):
    cells = folder / f"{n_cells}.h5ad"
    write_cells(cells, n_cells)
    parts = []
    for begin in range(0, n_cells, rows_of_a_part):
        parts.append(folder / f"part_{n_cells}_{begin}.h5ad")
        run("predict-metadata", cells, "--rows", f"{begin}:{begin + rows_of_a_part}", "--part", "-o", parts[-1], "--max-outliers", 1)
    out = folder / f"merged_{n_cells}.h5ad"
    told = run("merge", cells, *reversed(parts), "-o", out)
    assert told["result"]["n_cells"] == n_cells and told["result"]["n_parts"] == len(parts), told["result"]
    with h5py.File(out) as merged:
        assert merged["obsm/X_gemflow_biological"].shape[0] == n_cells
        assert merged["obs/gemflow_status/codes"].shape == (n_cells,)
        n_labels = sum(isinstance(column, h5py.Group) for name, column in merged["obs"].items() if name.startswith("gemflow_"))
    print(f"{n_cells} cells in {len(parts)} parts: merged in {told['seconds']:.1f} s with a peak of {told['peak_memory_bytes'] / 1e6:.0f} MB, "
          f"{n_labels} columns of labels", flush=True)
    return told["peak_memory_bytes"], n_labels


with tempfile.TemporaryDirectory() as name:
    few, n_labels = peak_of_merge(Path(name), 200_000)
    many, _ = peak_of_merge(Path(name), 1_000_000)
    labels = 2 * 4 * 800_000 * n_labels  # a buffer that grows is twice as large for a moment
    assert many < 1.1 * few + labels, (few, many, labels)
