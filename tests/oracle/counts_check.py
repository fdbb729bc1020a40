"""What `gemflow predict-metadata` says of matrices that hold no counts: the matrix, the first such value with its gene and cell, a
guess, and where counts are; what --round-input makes of estimates equals numpy.

    python counts_check.py GEMFLOW
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import scipy.sparse

from dumped import dense, require

GEMFLOW = sys.argv[1]
N_CELLS, N_GENES = 40, 60


def counts():
    random = np.random.default_rng(4)
    return random.poisson(random.gamma(0.5, 8, N_GENES), (N_CELLS, N_GENES)).astype(float)


def write(path, x, raw=None, dtype="f4", **layers):
    var = pd.DataFrame(index=[f"G{i}" for i in range(N_GENES)])
    data = anndata.AnnData(scipy.sparse.csr_matrix(x.astype(dtype)), obs=pd.DataFrame(index=[f"c{i}" for i in range(N_CELLS)]), var=var)
    for name, layer in layers.items():
        data.layers[name] = scipy.sparse.csr_matrix(layer)
    if raw is not None:
        data.raw = anndata.AnnData(scipy.sparse.csr_matrix(raw), obs=data.obs, var=var)
    data.write_h5ad(path)


def run(path, *options):
    out = path.with_name("out.h5ad")
    out.unlink(missing_ok=True)
    command = [GEMFLOW, "predict-metadata", path.name, "-o", out.name, "--model", "echo", "--overwrite", *options]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True), out


def refused(path, words, *options):
    done, out = run(path, *options)
    require(done.returncode == 3, words, done.returncode, done.stderr)
    for word in words:
        require(word in done.stderr, "expected", word, "in", done.stderr)
    require(not out.exists(), "something was left behind")


def first_at(bad):
    """Names of the first place, cell by cell."""
    cell, gene = np.argwhere(bad)[0]
    return f"of gene 'G{gene}' in cell 'c{cell}'"


def cpx(x, total):
    return x / np.maximum(x.sum(axis=1, keepdims=True), 1) * total


def check_guesses(path):
    x = counts()
    scaled = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-9)
    for values, words in [
        (np.log1p(cpx(x, 1e4)), ["are not whole", "it looks like log1p of counts per 10,000"]),
        (np.log1p(x), ["are not whole"]),
        (cpx(x, 1e6), ["are not whole", "it looks like counts per million (CPM)"]),
        (cpx(x, 1e4), ["are not whole", "it looks like counts per 10,000"]),
        (cpx(x, 1), ["are not whole", "it looks like fractions"]),
        (scaled, ["are negative", "it looks like scaled values"]),
        (np.where(np.arange(N_GENES) % 3 == 0, x + 0.5 * (x > 0), x), ["are not whole", "it looks like estimated counts"]),
    ]:
        stored = values.astype("f4").astype(float)
        bad = stored < 0 if words[0] == "are negative" else np.abs(stored - np.rint(stored)) > 1e-6
        place = ["'X' of 'in.h5ad' holds no raw counts", first_at(bad)]
        write(path, values)
        refused(path, words + place)
        write(path, values, raw=x)
        refused(path, words + place + ["raw counts are in raw/X: use --layer raw"], "--layer", "X")
        write(path, values, counts=x)
        refused(path, words + place + ["raw counts are in layers/counts: use --layer counts"], "--layer", "X")
        done, _ = run(path)
        require(done.returncode == 0 and "reading layers/counts" in done.stderr, "auto finds the counts", done.stderr)


def check_single_values(path):
    for value, words in [(np.nan, "are not finite"), (np.inf, "are not finite"), (-3, "are negative"), (2.5, "are not whole"),
                         (4 + 1e-5, "are not whole")]:
        x = counts()
        x[17, 5] = value
        write(path, x, dtype="f8")
        refused(path, [words, "of gene 'G5' in cell 'c17'"])
    x = counts()
    x[3, :10] += 1e-7
    write(path, x, dtype="f8")
    done, _ = run(path)
    require(done.returncode == 0, done.stderr)
    require("10 values of 'X' of 'in.h5ad' miss a whole number by less than 0.000001" in done.stderr, done.stderr)


def check_rounding(path):
    x = counts()
    x = np.where(x > 0, x + np.random.default_rng(9).random(x.shape).round(2), 0)
    x[:, ::2] = np.floor(x[:, ::2])
    write(path, x, dtype="f8")
    refused(path, ["estimated counts are taken with --round-input nearest, or stochastic"])
    depth = {}
    for how in ("nearest", "stochastic"):
        done, out = run(path, "--round-input", how)
        require(done.returncode == 0, how, done.stderr)
        n_rounded = int((x != np.floor(x)).sum())
        require(f"{n_rounded:,} of {int((x > 0).sum()):,} values of 'X' of 'in.h5ad' were not whole and were rounded" in done.stderr, done.stderr)
        depth[how] = anndata.read_h5ad(out)
    require(np.array_equal(dense(depth["nearest"].X), x), "the input's own values stay")
    write(path, np.log1p(cpx(counts(), 1e4)))
    refused(path, ["it looks like log1p of counts per 10,000"], "--round-input", "nearest")


def main():
    with tempfile.TemporaryDirectory() as work:
        for check in (check_guesses, check_single_values, check_rounding):
            path = Path(work) / check.__name__ / "in.h5ad"
            path.parent.mkdir()
            check(path)
    print("what holds no counts is named")


main()
