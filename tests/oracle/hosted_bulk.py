# SPDX-License-Identifier: Apache-2.0
"""hosted_bulk.py GEMFLOW: real bulk samples through the bulk ids of gemflow serve: what the client writes is what the model itself says here.

A model is trained on bulk_human and served under gem-1-bulk, gem-1-bulk_predict-metadata and gem-1-bulk_reference-conditioning; its own
samples, and those of airway with their other genes, are asked of both."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import anndata
import numpy as np

from serving import Serving, environment

PROGRAM = os.path.abspath(sys.argv[1])
DATA = Path(os.environ["GEMFLOW_SHARED"]) / "data"
TRAINED = DATA / "bulk_human/bulk_human_train.h5ad"
OTHER = DATA / "airway/airway.h5ad"
GENES = 15098
GROUPS = ["technical", "biological", "perturbation"]
# Under the API's keys; an infection is its kind of perturbation. Of 20 samples and more a value is a class.
FIELDS = ["biological:tissue_ontology_id=tissue_ontology_id", "biological:sample_type=sample_type",
          "perturbation:perturbation_ontology_id=disease", "technical:study=source"]
BLOOD = "UBERON:0000178"
HOSTED = "synthesize:gem-1-bulk"


def dense(matrix):
    return np.asarray(matrix.todense() if hasattr(matrix, "todense") else matrix)


def run(words, where):
    done = subprocess.run([PROGRAM, *map(str, words)], env=where, capture_output=True, text=True)
    assert done.returncode == 0, (words, done.returncode, done.stderr)
    return done.stderr


def both(folder, where, *words):
    """The file of the model here, that of the hosted one, and what was said of the hosted run."""
    files, said = [], ""
    for name, model in (("here", folder / "bulk.gmodel"), ("hosted", HOSTED)):
        out = folder / f"{name}.h5ad"
        said = run([*words, "--model", model, "-o", out, "--overwrite"], where)
        files.append(anndata.read_h5ad(out))
    assert list(files[0].obs_names) == list(files[1].obs_names) and list(files[0].var_names) == list(files[1].var_names)
    return *files, said


def same(a, b, what):
    a, b = dense(a), dense(b)
    assert a.shape == b.shape and a.size > 0, (what, a.shape, b.shape)
    assert (a == b).all(), (what, np.abs(a - b).max())


def same_latents(here, hosted):
    found = [group for group in GROUPS if f"X_gemflow_{group}" in here.obsm]
    assert "biological" in found and "technical" in found, list(here.obsm)
    for group in GROUPS:
        assert (group in found) == (f"X_gemflow_{group}" in hosted.obsm), group
    for group in found:
        same(here.obsm[f"X_gemflow_{group}"], hosted.obsm[f"X_gemflow_{group}"], group)


def predictions(folder, where):
    for source, n_shared in ((TRAINED, GENES), (OTHER, None)):
        here, hosted, said = both(folder, where, "predict-metadata", source, "--max-outliers", 1, "--decoder-sample", "--seed", 3)
        assert f"of {GENES:,} genes of the model" in said, said
        assert n_shared is None or f"{n_shared:,} of {GENES:,} genes" in said, said
        given = anndata.read_h5ad(source)
        same(given.X, hosted.X, "the input's own counts")
        same_latents(here, hosted)
        fields = [name.removeprefix("gemflow_probs_") for name in here.obsm if name.startswith("gemflow_probs_")]
        assert fields == ["sample_type", "perturbation"] or fields == ["perturbation", "sample_type"], fields
        usual = ~here.obs["gemflow_outlier"].to_numpy()  # the API tells no outliers
        for field in fields:
            same(here.obsm[f"gemflow_probs_{field}"], hosted.obsm[f"gemflow_probs_{field}"], field)
            same(here.obs[[f"gemflow_{field}_confidence"]], hosted.obs[[f"gemflow_{field}_confidence"]], field)
            labels = [file.obs[f"gemflow_{field}"].astype(str).to_numpy() for file in (here, hosted)]
            assert (labels[0][usual] == labels[1][usual]).all(), field
            classes = [list(file.uns["gemflow"]["predict_metadata"]["classes"][field]) for file in (here, hosted)]
            assert classes[0] == classes[1], classes
        if source == TRAINED:
            assert usual.sum() > 0.9 * len(usual), "few of its own samples are usual: nothing was compared"
        same(here.layers["gemflow_decoder_sample"], hosted.layers["gemflow_decoder_sample"], "decoder_sample")


def made(folder, where):
    """From metadata; the first batch has the caller's own seed, so that draws are the same, too."""
    words = ["generate", "--set", f"tissue_ontology_id={BLOOD}", "--set", "perturbation_ontology_id=tuberculosis", "--num-samples", 5, "--seed", 8]
    drawn = ["--sampling-strategy", "sample", "--total-count", 10_000_000]  # the API's depth; the model here draws one of its own
    for more in (["--deterministic-latents"], [], drawn, ["--total-count", 2_000_000]):
        here, hosted, _ = both(folder, where, *words, *more)
        assert hosted.shape == (5, GENES)
        same(here.X, hosted.X, more)
        same_latents(here, hosted)
        depth = np.asarray(dense(hosted.X).sum(1), float)
        wanted = 2e6 if 2_000_000 in more else 1e7
        assert (abs(depth - wanted) < 0.01 * wanted).all(), (more, depth)
        assert list(here.obs["tissue_ontology_id"]) == list(hosted.obs["tissue_ontology_id"]) == [BLOOD] * 5


def conditioned(folder, where):
    """Each sample as if it were infected: beside its own counts, and as new samples."""
    words = ["condition", TRAINED, "--where", "source=sorted_immune", "--set", "perturbation_ontology_id=tuberculosis", "--deterministic-latents", "--seed", 5]
    here, hosted, _ = both(folder, where, *words)
    same(here.layers["gemflow_counts"], hosted.layers["gemflow_counts"], "gemflow_counts")
    assert (dense(hosted.layers["gemflow_counts"]) != dense(hosted.X)).any()
    assert not [name for name in hosted.obsm if name.startswith("X_gemflow_")]
    here, hosted, _ = both(folder, where, *words, "--num-samples", 2)
    assert hosted.shape == (48, GENES)
    same(here.X, hosted.X, "new samples")
    same_latents(here, hosted)


def refuses_single_cells(folder, where):
    """Nothing is sent; the hint is a hosted model that fits."""
    cells = DATA / "kang_pbmc/kang_pbmc.h5ad"
    done = subprocess.run([PROGRAM, "predict-metadata", cells, "--min-overlap", "0.1", "--model", HOSTED, "-o", folder / "no.h5ad"], env=where,
                          capture_output=True, text=True)
    assert done.returncode == 4 and "--model synthesize:gem-1-sc" in done.stderr, done.stderr
    assert not (folder / "no.h5ad").exists()


def main():
    missing = [file for file in (TRAINED, OTHER) if not file.exists()]
    if missing:
        print(f"skipped: '{missing[0]}' is not there")
        return 1 if os.environ.get("CI") == "true" else 77
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fields = [word for field in FIELDS for word in ("--field", field)]
        run(["train", TRAINED, "-o", folder / "bulk.gmodel", "--modality", "bulk", *fields], dict(os.environ))
        ids = [f"gem-1-bulk{ending}" for ending in ("", "_predict-metadata", "_reference-conditioning")]
        with Serving(PROGRAM, "--model", str(folder / "bulk.gmodel"), *(word for one in ids for word in ("--as", one))) as server:
            where = environment(server, GEMFLOW_CACHE_DIR=str(folder / "cache"), GEMFLOW_TEST_PACE="100")
            for test in (predictions, made, conditioned, refuses_single_cells):
                test(folder, where)
                print(f"{test.__name__}: the same", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
