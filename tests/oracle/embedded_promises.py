# SPDX-License-Identifier: Apache-2.0
"""embedded_promises.py GEMFLOW: what the embedded model promises about real cells, asked on the command line. One seed gives the same
bytes; who has no label, too few cells or one value teaches no class; generated cells are what was asked for, by the genes that everybody
knows and by the model's own word; evaluate
prints its distances beside their floors."""

import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import anndata
import numpy as np

gemflow = sys.argv[1]
source = Path(os.environ["GEMFLOW_SOURCE"])
shared = Path(os.environ["GEMFLOW_SHARED"]) / "data"
kang = shared / "kang_labelled/kang_labelled.h5ad"
INTERFERON = ("ISG15", "IFI6", "IFIT1")


def run(*words):
    done = subprocess.run([gemflow, *map(str, words), "-q"], capture_output=True, text=True)
    assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stderr}"
    return done.stdout


def card_of(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["card"])


def cells_per_10k(data):
    counts = np.asarray(data.X.todense())
    return counts / counts.sum(1, keepdims=True) * 1e4


def mean_of(data, gene):
    return float(cells_per_10k(data)[:, data.var_names.get_loc(gene)].mean())


def check_bytes(folder):
    """Training and every answer: one thread and large batches, two threads and small ones."""
    ways = (["-@", 1, "--memory", "1G"], ["-@", 2, "--memory", "300M"])
    batches = (["--batch-size", 4096], ["--batch-size", 37])
    fields = ["--field", "cell_type=cell_type", "--field", "perturbation_type=perturbation_type", "--field", "donor_id=donor_id"]
    commands = {
        "m.gmodel": ["train", kang, "--rows", "0:600", *fields],
        "p.h5ad": ["predict-metadata", kang, "--rows", "0:300", "--max-outliers", 1],
        "s.h5ad": ["predict-metadata", kang, "--rows", "0:300", "--max-outliers", 1, "--sample-latents", "--decoder-sample"],
        "c.h5ad": ["condition", kang, "--rows", "0:300", "--set", "perturbation=IFNB1", "--sampling-strategy", "sample"],
        "g.h5ad": ["generate", "--set", "cell_type=CL:0000236", "--num-samples", 120, "--sampling-strategy", "sample"],
    }
    for name, words in commands.items():
        made = []
        for number, way in enumerate(ways):
            out = folder / f"way{number}" / name
            out.parent.mkdir(exist_ok=True)
            run(*words, "-o", out, "--seed", 3, *way, *([] if words[0] == "train" else batches[number]))
            made.append(out.read_bytes())
        assert made[0] == made[1], f"{name}: threads, memory or batches have changed its bytes"
    print(f"bytes: {', '.join(commands)} are equal in two ways of working")


def check_vocabulary(folder):
    """pbmc: 987 cells without a type, 7 megakaryocytes, one perturbation."""
    card = card_of(source / "data/models/pbmc.gmodel")
    fields = {field["key"]: field for field in card["fields"]}
    truth = anndata.read_h5ad(shared / "kang_pbmc/kang_pbmc.h5ad", backed="r").obs
    counts = truth["cell_type_ontology_id"].value_counts()
    types = fields["cell_type_ontology_id"]
    assert dict(zip(types["values"], types["n_cells"])) == counts[counts >= 20].to_dict()
    assert len(counts[counts < 20]) == 1 and truth["cell_type_ontology_id"].isna().sum() == 987
    assert fields["perturbation_ontology_id"]["n_levels"] == 1 and not fields["perturbation_ontology_id"]["predicted"]
    assert fields["donor_id"]["values"] == [] and fields["donor_id"]["n_levels"] == truth["donor_id"].nunique()
    assert not fields["donor_id"]["predicted"]
    headed = {card["fields"][head["field"]]["key"] for head in card["heads"]}
    assert headed == {"cell_type_ontology_id", "perturbation_type"}
    assert card["licence"] == "CC0-1.0" and "GSE96583" in card["trained_on"]
    words = json.dumps({key: value for key, value in card.items() if key != "genes"})
    for donor in truth["donor_id"].cat.categories:
        assert f'"{donor}"' not in words, "a donor's name is in the card"
    warned = subprocess.run([gemflow, "train", kang, "--rows", "0:300", "--field", "donor_id=donor_id", "--field", "cell_type=cell_type",
                             "-o", folder / "named.gmodel"], capture_output=True, text=True).stderr
    assert "look like people" in warned, warned
    print(f"vocabulary: {len(types['values'])} types, no donor's name")


def check_generated(folder):
    (folder / "asked.tsv").write_text(
        "cell_type\tperturbation_type\tnum_samples\n" + "".join(
            f"{name}\t{state}\t100\n" for name in ("B cells", "CD14+ Monocytes") for state in ("control", "peptide or biologic")))
    run("generate", "--conditions", folder / "asked.tsv", "--sampling-strategy", "sample", "--seed", 1, "-o", folder / "made.h5ad")
    made = anndata.read_h5ad(folder / "made.h5ad")
    made.var_names = made.var["feature_name"].astype(str) if "feature_name" in made.var else made.var_names
    is_b = (made.obs["cell_type_ontology_id"].astype(str).isin(["CL:0000236", "B cells"])).to_numpy()
    treated = (made.obs["perturbation_type"].astype(str) != "control").to_numpy()
    for gene in ("MS4A1", "CD79A"):
        b, rest = mean_of(made[is_b], gene), mean_of(made[~is_b], gene)
        assert b > 5 * rest, (gene, b, rest)
    for gene in INTERFERON:
        for group in (is_b, ~is_b):
            up, down = mean_of(made[group & treated], gene), mean_of(made[group & ~treated], gene)
            assert up > 3 * down, (gene, up, down)
    run("predict-metadata", folder / "made.h5ad", "-o", folder / "told.h5ad")
    told = anndata.read_h5ad(folder / "told.h5ad")
    classes = told.uns["gemflow"]["predict_metadata"]["classes"]
    word = lambda field: np.asarray(classes[field])[np.asarray(told.obsm[f"gemflow_probs_{field}"]).argmax(1)]
    right = (word("cell_type") == np.where(is_b, "B cells", "CD14+ Monocytes")).mean()
    state = ((word("perturbation_type") != "control") == treated).mean()
    print(f"generated: {right:.3f} are called the type that was asked for, {state:.3f} the treatment")
    assert right >= 0.9 and state >= 0.9


def check_condition(folder):
    """Interferon beta on untreated cells, groups' means compared: known genes rise, housekeeping genes stay."""
    run("condition", kang, "--where", "perturbation_type=control", "--where", "donor_id=107", "--set", "perturbation=IFNB1", "--log2fc",
        "-o", folder / "c.h5ad")
    before = anndata.read_h5ad(folder / "c.h5ad")
    after = anndata.AnnData(before.layers["gemflow_counts"], obs=before.obs, var=before.var)
    change = {gene: np.log2((mean_of(after, gene) + 0.01) / (mean_of(before, gene) + 0.01)) for gene in (*INTERFERON, "ACTB", "B2M", "TMSB4X")}
    print("condition: log2 fold changes of means: " + ", ".join(f"{gene} {value:.2f}" for gene, value in change.items()))
    assert all((value > 2) if gene in INTERFERON else (abs(value) < 1) for gene, value in change.items())
    real = anndata.read_h5ad(kang)
    real = real[(real.obs["donor_id"] == "107") & (real.obs["perturbation_type"] != "control")]
    level = lambda data: np.log1p(cells_per_10k(data).mean(0))
    agreement = np.corrcoef(level(after) - level(before), level(real) - level(before))[0, 1]
    print(f"condition: its changes and those of really treated cells correlate by {agreement:.3f}")
    assert agreement >= 0.7
    run("condition", kang, "--rows", "0:20", "--set", "perturbation=IFNB1", "--output-counts", "expected", "-o", folder / "e.h5ad")
    expected = anndata.read_h5ad(folder / "e.h5ad").layers["gemflow_counts"]
    assert expected.dtype == np.float32 and (expected.data != np.round(expected.data)).any(), "expectations beside whole counts"


def check_evaluate(folder):
    """The figures with their floors beside them, on cells that the model has not seen."""
    run("train", kang, "--where", "donor_id=101", "--field", "cell_type=cell_type", "--field", "perturbation_type=perturbation_type",
        "-o", folder / "one.gmodel")
    run("evaluate", folder / "one.gmodel", kang, "--where", "donor_id=107", "--field", "cell_type=cell_type", "--field",
        "perturbation_type=perturbation_type", "--json", folder / "e.json")
    rows = {row["what"]: row for row in json.loads((folder / "e.json").read_text())["result"]["figures"]}
    print("evaluate, donor 101 to 107: " + "; ".join(
        f"{name} {rows[name]['model']:.3f} (real {rows[name]['real']:.3f})" for name in ("energy distance", "detected genes", "depth")))
    for name in ("energy distance", "detected genes", "depth"):
        assert 0 < rows[name]["real"] <= 0.15 and 0 < rows[name]["model"] <= 0.35, rows[name]
    assert rows["cell_type macro-F1"]["model"] >= 0.85


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    check_generated(folder)
    if not kang.exists():
        print(f"skipped: '{kang}' is not there")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    check_vocabulary(folder)
    check_condition(folder)
    check_evaluate(folder)
    check_bytes(folder)
