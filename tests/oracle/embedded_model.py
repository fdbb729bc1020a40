# SPDX-License-Identifier: Apache-2.0
"""embedded_model.py GEMFLOW: the embedded model against numpy, scipy and scikit-learn. What it says of cells is what its file says,
read and computed here again; what it learns is as good as scikit-learn's; the cells it makes are judged by scipy's distances."""

import json
import os
import struct
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import anndata
import numpy as np
import scipy.sparse as sparse
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

warnings.simplefilter("ignore")
gemflow = sys.argv[1]
source = Path(os.environ["GEMFLOW_SOURCE"])
kang = Path(os.environ["GEMFLOW_SHARED"]) / "data/kang_labelled/kang_labelled.h5ad"


def run(*words):
    done = subprocess.run([gemflow, *map(str, words), "-q"], capture_output=True, text=True)
    assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stderr}"
    return done.stdout


def read_model(path):
    """The card and the arrays of a safetensors file, by the format's own description."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    arrays = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = {"F32": "<f4", "F16": "<f2"}[entry["dtype"]]
        piece = data[8 + length + begin : 8 + length + end]
        arrays[name] = np.frombuffer(piece, dtype).reshape(entry["shape"]).astype("f8")
    return json.loads(metadata["card"]), arrays


def in_model_genes(cells, names):
    """Counts of the cells in the order of the names; genes that are not there are zero."""
    at = cells.var_names.get_indexer(names)
    counts = sparse.csc_matrix(cells.X)[:, np.where(at < 0, 0, at)].toarray()
    counts[:, at < 0] = 0
    return np.round(counts)


def probabilities(counts, head, scale, weights, bias):
    x = np.log1p(counts / counts.sum(1, keepdims=True) * 1e4)[:, head["genes"]] / scale
    logits = (np.minimum(x, 10) @ weights + bias) / head["temperature"]
    p = np.exp(logits - logits.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True)


def encode(counts, card, arrays):
    """The mode of the latents: four Newton steps, counts of deep cells weighted down, weights as in a negative binomial."""
    loadings, share = arrays["loadings"], arrays["base"]
    information = (loadings.astype("f4") ** 2).sum(0) * np.exp(share.astype("f4"))
    genes = np.sort(np.argsort(-information, kind="stable")[:2000])
    total = counts.sum(1, keepdims=True)
    weight = np.minimum(1, card["depth_cap"] / total)
    y, l = counts[:, genes] * weight, loadings[:, genes]
    z = np.zeros((len(counts), len(l)))
    for _ in range(4):
        mean = np.exp(share[genes] + np.log(total * weight) + np.clip(z @ l, -10, 10))
        w = 1 / (1 + 0.5 * mean)
        pull = ((y - mean) * w) @ l.T - z
        hessian = np.einsum("ng,kg,lg->nkl", mean * w, l, l, optimize=True) + np.eye(len(l))
        step = np.linalg.solve(hessian, pull[:, :, None])[:, :, 0]
        z += step * np.minimum(1, 3 / np.maximum(np.linalg.norm(step, axis=1, keepdims=True), 1e-9))
    return z


def check_answers(folder):
    """Probabilities, latents and outlier scores of the demo's cells, computed here from the model's file."""
    cells = source / "data/immune_cells.h5ad"
    run("predict-metadata", cells, "-o", folder / "annotated.h5ad")
    found = anndata.read_h5ad(folder / "annotated.h5ad")
    card, arrays = read_model(source / "data/models/pbmc.gmodel")
    counts = in_model_genes(anndata.read_h5ad(cells), card["genes"]["symbol"])
    for number, head in enumerate(card["heads"]):
        key = card["fields"][head["field"]]["key"].removesuffix("_ontology_id")
        p = probabilities(counts, head, *(arrays[f"head_{number}_{part}"] for part in ("scale", "weights", "bias")))
        difference = np.abs(found.obsm[f"gemflow_probs_{key}"] - p).max()
        assert difference < 1e-4, (key, difference)
        assert np.allclose(found.obs[f"gemflow_{key}_confidence"], p.max(1), atol=1e-4)
    z = encode(counts, card, arrays)
    groups = np.split(z, np.cumsum(card["n_latents"])[:2], axis=1)
    for name, latents in zip(("technical", "biological", "perturbation"), groups):
        difference = np.abs(found.obsm[f"X_gemflow_{name}"] - latents).max()
        assert difference < 1e-3, (name, difference)
    away = groups[1][:, None, :] - arrays["outlier_centres"]
    distance = np.sqrt(np.einsum("nck,kl,ncl->nc", away, arrays["outlier_precision"], away).min(1))
    assert np.allclose(found.obs["gemflow_outlier_score"], distance, rtol=1e-3)
    assert (found.obs["gemflow_outlier"] == (found.obs["gemflow_outlier_score"] > card["outlier_threshold"])).all()
    print(f"answers: {len(counts)} cells are what the file says; {found.obs['gemflow_outlier'].mean():.3f} outliers")


fields = [word for column in ("cell_type", "perturbation_type", "donor_id") for word in ("--field", f"{column}={column}")]


def check_labels(folder):
    """One donor's cells teach, the other's are labelled: macro-F1 beside scikit-learn's on the same cells."""
    cells = anndata.read_h5ad(kang)
    counts = cells.X.toarray()
    x = np.log1p(counts / counts.sum(1, keepdims=True) * 1e4)
    scores = {}
    for a, b in (("101", "107"), ("107", "101")):
        train, test = cells.obs["donor_id"] == a, cells.obs["donor_id"] == b
        scale = x[train].std(0) + 1e-3
        peer = LogisticRegression(C=0.01, max_iter=500).fit(x[train] / scale, cells.obs["cell_type"][train])
        peer_score = f1_score(cells.obs["cell_type"][test], peer.predict(x[test] / scale), average="macro")
        run("train", kang, "--where", f"donor_id={a}", *fields, "-o", folder / "m.gmodel", "--overwrite")
        run("predict-metadata", kang, "--where", f"donor_id={b}", "--model", folder / "m.gmodel", "--max-outliers", 1,
            "-o", folder / "labels.csv", "--overwrite")
        found = np.genfromtxt(folder / "labels.csv", delimiter=",", names=True, dtype=None, encoding="utf8")
        truth = cells.obs["cell_type"][test].astype(str)
        known = found["gemflow_cell_type"] != "unassigned"
        scores[a] = f1_score(truth, np.where(known, found["gemflow_cell_type"], "none"), average="macro", labels=sorted(set(truth)))
        print(f"labels: donor {a} to {b}: macro-F1 {scores[a]:.3f}, scikit-learn {peer_score:.3f}, {1 - known.mean():.3f} outliers")
    assert scores["101"] >= 0.85 and scores["107"] >= 0.8, scores


def energy_distance(x, y):
    return 2 * cdist(x, y).mean() - cdist(x, x).mean() - cdist(y, y).mean()


def check_realism(folder):
    """Half of the cells teach, a fifth makes the axes, the rest is compared with as many made cells of the same metadata."""
    cells = anndata.read_h5ad(kang)
    keys = ["cell_type", "perturbation_type", "donor_id"]
    condition = cells.obs[keys].astype(str).agg("|".join, axis=1).to_numpy()
    random = np.random.default_rng(0)
    train, axes, test, real = [], [], [], []
    for name in np.unique(condition):
        order = random.permutation(np.flatnonzero(condition == name))
        half, fifth = len(order) // 2, (len(order) * 7) // 10
        train.append(order[:half])
        axes.append(order[half:fifth])
        test.append(order[fifth:])
        real.append(order[: len(order) - fifth])
    train, axes, test, real = (np.concatenate(part) for part in (train, axes, test, real))
    cells[np.sort(train)].write_h5ad(folder / "train.h5ad")
    run("train", folder / "train.h5ad", *fields, "-o", folder / "half.gmodel")
    names, numbers = np.unique(condition[test], return_counts=True)
    lines = ["\t".join([*keys, "num_samples"])] + ["\t".join([*name.split("|"), str(n)]) for name, n in zip(names, numbers)]
    (folder / "conditions.tsv").write_text("\n".join(lines) + "\n")
    run("generate", "--conditions", folder / "conditions.tsv", "--model", folder / "half.gmodel", "--sampling-strategy", "sample",
        "--seed", 1, "-o", folder / "made.h5ad")
    made = anndata.read_h5ad(folder / "made.h5ad")
    assert list(made.var_names) == list(cells.var_names) and made.n_obs == len(test)

    def profiles(counts):
        counts = np.asarray(counts.todense() if sparse.issparse(counts) else counts)
        return np.log1p(counts / counts.sum(1, keepdims=True) * 1e4)

    basis = profiles(cells.X[axes])
    vectors = np.linalg.svd(basis - basis.mean(0), full_matrices=False)[2][:20].T
    place = lambda counts: (profiles(counts) - basis.mean(0)) @ vectors
    truth = place(cells.X[test])
    of_made, of_real = energy_distance(place(made.X), truth), energy_distance(place(cells.X[real]), truth)
    print(f"energy distance: {of_made:.3f}, real to real {of_real:.3f}")
    assert of_made <= 0.25 and of_real <= 0.1


with tempfile.TemporaryDirectory() as name:
    check_answers(Path(name))
    if not kang.exists():
        print(f"skipped: '{kang}' is not there")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    check_labels(Path(name))
    check_realism(Path(name))
