# SPDX-License-Identifier: Apache-2.0
"""Bulk samples that are made up, and a model of them: a stand-in with the documentation's own ids (bone marrow, aspirin, a TP53 knock-out)."""

import subprocess

import anndata
import numpy as np
import pandas as pd
import scipy.sparse

TISSUES = {"UBERON:0002371": "bone marrow", "UBERON:0002107": "liver", "UBERON:0000955": "brain"}
CELL_TYPES = {"UBERON:0002371": ["CL:0000236", "CL:0000623"], "UBERON:0002107": ["CL:0000182"], "UBERON:0000955": ["CL:0000540"]}
CELL_TYPE_NAMES = {"CL:0000236": "B cell", "CL:0000623": "natural killer cell", "CL:0000182": "hepatocyte", "CL:0000540": "neuron"}
TREATMENTS = [("", "control", "", ""), ("CHEMBL25", "compound", "24 hours", "10 um"), ("CHEMBL521", "compound", "24 hours", "10 um"),
              ("ENSG00000141510", "crispr", "96 hours", "")]
N_GENES = 300
GENES = ["ENSG00000141510"] + [f"ENSG{number:011}" for number in range(3, 3 + 7 * (N_GENES - 1), 7)]


def annotations(n_samples, rng):
    """Each sample's labels; treatments, sexes and batches lie across tissues."""
    obs = pd.DataFrame(index=[f"S{i + 1}" for i in range(n_samples)])
    obs["tissue"] = [list(TISSUES)[i % 3] for i in range(n_samples)]
    obs["cell_type"] = [rng.choice(CELL_TYPES[tissue]) for tissue in obs["tissue"]]
    obs["sex"] = rng.choice(["female", "male"], n_samples)
    obs["batch"] = rng.choice(["first", "second"], n_samples)
    treated = [TREATMENTS[i] for i in rng.integers(0, len(TREATMENTS), n_samples)]
    for place, name in enumerate(["perturbation", "perturbation_type", "perturbation_time", "perturbation_dose"]):
        obs[name] = [treatment[place] or None for treatment in treated]
    return obs


def counts_of(obs, rng):
    """Poisson counts of a bulk depth: each label has genes of its own, whose expression is three times the usual; samples differ, too."""
    effects = np.random.default_rng(17)
    usual = effects.lognormal(0, 1.5, N_GENES)
    log_mean = np.tile(np.log(usual), (len(obs), 1))
    for name in ["tissue", "cell_type", "sex", "batch", "perturbation"]:
        for value in sorted(set(obs[name].dropna())):
            marked = effects.choice(N_GENES, 20, replace=False)
            log_mean[np.ix_((obs[name] == value).to_numpy(), marked)] += np.log(3)
    share = np.exp(log_mean + rng.normal(0, 0.6, log_mean.shape))
    depth = rng.uniform(4e6, 9e6, (len(obs), 1))
    return rng.poisson(share / share.sum(1, keepdims=True) * depth)


def samples(n_samples, seed):
    rng = np.random.default_rng(seed)
    obs = annotations(n_samples, rng)
    matrix = scipy.sparse.csr_matrix(counts_of(obs, rng).astype(np.float32))
    return anndata.AnnData(matrix, obs, pd.DataFrame(index=GENES))


def train(program, folder):
    """folder / "bulk.gmodel", learnt from samples that no example shows."""
    samples(240, 1).write_h5ad(folder / "training.h5ad")
    fields = ["biological:tissue_ontology_id=tissue", "biological:cell_type_ontology_id=cell_type", "biological:sex=sex",
              "technical:study=batch", "perturbation:perturbation_ontology_id=perturbation", "perturbation:perturbation_type=perturbation_type",
              "perturbation:perturbation_time=perturbation_time", "perturbation:perturbation_dose=perturbation_dose"]
    words = [word for field in fields for word in ("--field", field)]
    words += [word for key in ("study", "perturbation_time", "perturbation_dose") for word in ("--no-head", key)]
    subprocess.run([program, "train", folder / "training.h5ad", *words, "--modality", "bulk", "-o", folder / "bulk.gmodel", "-q"], check=True)
    return folder / "bulk.gmodel"
