# SPDX-License-Identifier: Apache-2.0
"""h5ad_annotate.py PROGRAM [OLD_PYTHON]: answers are put beside the cells of every h5ad at hand. What was there is there, bit for
bit; what is new is what it should be; h5diff names nothing but column-order; equal runs give equal bytes; and whatever anndata
(also an old one) could read before, it reads after."""

import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

import anndata
import h5py

import made_cells
from files_at_hand import h5ads
from same import named_by_h5diff, parts, same, same_object

warnings.simplefilter("ignore")
unreadable = 4  # exit code of what is understood but not done


def read(path):
    try:
        return anndata.read_h5ad(path)
    except Exception as error:  # whatever this anndata does not like
        return error


def take_away_additions(data, n_cells, n_genes):
    """Compares what was added and removes it."""
    obs = {f"gemflow_{name}": column for name, column in made_cells.obs(n_cells).items()}
    added = data.obs[list(obs)]
    made_cells.check_frame(added, obs, {"gemflow_type": "category", "gemflow_score": "float32", "gemflow_flag": "bool"})
    data.obs = data.obs.drop(columns=list(obs))
    var = {name if name.startswith("gemflow_") else f"gemflow_{name}": column for name, column in made_cells.var(n_genes).items()}
    made_cells.check_frame(data.var[list(var)], var, {"gemflow_in_model": "bool"})
    data.var = data.var.drop(columns=list(var))
    latent = data.obsm.pop("X_gemflow_biological")
    assert latent.dtype == "f4" and (latent == made_cells.latent(n_cells)).all()
    counts = data.layers.pop("gemflow_counts")
    assert (counts.toarray() == 2 * made_cells.values(n_cells, n_genes)).all()
    made = data.uns.pop("gemflow")["predict_metadata"]
    assert made["match"] == {"found": 12, "share": 0.25, "whole": True} and list(made["classes"]["cell_type"]) == ["a", "b"]
    assert len(made["written"]) == len(obs) + len(var) + 2


def check(before, after):
    """Whether this anndata reads both; an AssertionError where it reads the old one alone, or finds it changed."""
    old, new = read(before), read(after)
    if isinstance(old, Exception):
        return False
    assert not isinstance(new, Exception), repr(new)
    take_away_additions(new, old.n_obs, old.n_vars)
    same(parts(old), parts(new))
    return True


def check_objects(before, after):
    ignored = ("/obs@column-order", "/var@column-order")
    with h5py.File(before) as a, h5py.File(after) as b:
        same_object(a, b, ignored=ignored)
        for frame in ("obs", "var"):
            old = list(a[frame].attrs["column-order"])
            assert list(b[frame].attrs["column-order"])[: len(old)] == old
    if shutil.which("h5diff"):
        named, output = named_by_h5diff(before, after)
        copy = after + ".copy"  # of a file and itself it compares nothing
        shutil.copyfile(before, copy)
        without = named_by_h5diff(before, copy)[0]  # empty datasets, which it cannot compare
        os.remove(copy)
        assert named - without <= {"column-order"}, output


def run(program, before, after, chunk):
    if os.path.exists(after):
        os.remove(after)
    return subprocess.run([program, "annotate", before, after, str(chunk)], capture_output=True, text=True)


def main(program, others):
    n_read = {"this": 0, **{python: 0 for python in others}}
    n_refused = 0
    with tempfile.TemporaryDirectory() as folder:
        after = os.path.join(folder, "after.h5ad")
        for path in map(str, h5ads()):
            done = run(program, path, after, 7)
            if done.returncode == unreadable:
                assert "anndata wrote it before 0.7" in done.stderr or "lzf" in done.stderr, done.stderr
                assert not os.listdir(folder), os.listdir(folder)
                n_refused += 1
                continue
            assert done.returncode == 0, (path, done.stderr)
            first = Path(after).read_bytes()
            assert run(program, path, after, 100_000).returncode == 0
            assert first == Path(after).read_bytes(), f"{path}: the bytes depend on the chunks"
            check_objects(path, after)
            n_read["this"] += check(path, after)
            for python in others:
                result = subprocess.run([python, __file__, "check", path, after], capture_output=True, text=True)
                assert result.returncode in (0, 77), (path, result.stderr)
                n_read[python] += result.returncode == 0
    print(f"anndata {version('anndata')}: {n_read}, refused {n_refused}")
    assert n_read["this"] >= 8


if __name__ == "__main__":
    if sys.argv[1] == "check":
        sys.exit(0 if check(sys.argv[2], sys.argv[3]) else 77)
    main(sys.argv[1], [python for python in sys.argv[2:] if python])
