# SPDX-License-Identifier: Apache-2.0
"""marker_genes.py GEMFLOW: a fair test of the embedded default. It was trained on one study's blood; on another's immune cells its most
probable labels must have the shares that blood has, and the genes by which any immunologist knows these cells. What is no blood, and
what is no cell, must be stopped. The same is asked of a model trained afresh by the script beside the shipped one."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import anndata
import numpy as np

gemflow = sys.argv[1]
source = Path(os.environ["GEMFLOW_SOURCE"])
data = Path(os.environ["GEMFLOW_SHARED"]) / "data"

MYELOID = ("CD14+ Monocytes", "FCGR3A+ Monocytes", "Dendritic cells")
LYMPHOID = ("CD4 T cells", "CD8 T cells", "NK cells")


def run(*words, expect=0, **more):
    done = subprocess.run([gemflow, *map(str, words), "-q"], capture_output=True, text=True, **more)
    assert done.returncode == expect, f"{words}: exit {done.returncode}, not {expect}\n{done.stderr}"
    return done.stderr


def share(where):
    return float(np.mean(where))


def bands(found):
    """Name, value, lowest and highest allowed. By the most probable label, whatever is called 'unassigned'."""
    classes = np.asarray(found.uns["gemflow"]["predict_metadata"]["classes"]["cell_type"])
    label = classes[np.asarray(found.obsm["gemflow_probs_cell_type"]).argmax(1)]
    seen = {gene: np.asarray(found[:, gene].X.todense()).ravel() > 0.5 for gene in ("LYZ", "MS4A1", "GNLY", "CD3D")}
    myeloid, lymphoid, b, nk = (np.isin(label, one) for one in (MYELOID, LYMPHOID, ("B cells",), ("NK cells",)))
    return [
        ("monocytes and dendritic", share(myeloid), 0.65, 0.75),
        ("T and NK", share(lymphoid), 0.22, 0.30),
        ("B", share(b), 0.025, 0.06),
        ("NK cells", int(nk.sum()), 10, len(label)),
        ("megakaryocytes", share(label == "Megakaryocytes"), 0, 0.02),
        ("LYZ in the myeloid", share(seen["LYZ"][myeloid]), 0.95, 1),
        ("MS4A1 in B", share(seen["MS4A1"][b]), 0.65, 1),
        ("MS4A1 in the rest", share(seen["MS4A1"][~b]), 0, 0.08),
        ("GNLY in NK", share(seen["GNLY"][nk]), 0.85, 1),
        ("CD3D in T and NK", share(seen["CD3D"][lymphoid]), 0.30, 1),
        ("CD3D in the myeloid", share(seen["CD3D"][myeloid]), 0, 0.10),
        ("outliers", share(found.obs["gemflow_outlier"]), 0, 0.2),
    ]


def check_demo(folder, name, *model):
    out = folder / f"{name}.h5ad"
    run("predict-metadata", source / "data/immune_cells.h5ad", "-o", out, *model)
    measured = bands(anndata.read_h5ad(out))
    print(f"{name}: " + ", ".join(f"{what} {value:.3g}" for what, value, _, _ in measured))
    for what, value, lowest, highest in measured:
        assert lowest <= value <= highest, f"{name}: {what}: {value:.4f} is not in {lowest} to {highest}"


def check_strangers(folder, name, *model):
    """Lung cancer lines are single cells, but none of blood: most are outliers, and the command stops. Bulk is no cell at all."""
    lung, out = data / "mixology_celseq2/mixology_celseq2.h5ad", folder / f"{name}_lung.h5ad"
    assert "outside what model" in run("predict-metadata", lung, "-o", out, *model, expect=4)
    for bulk in ("airway/airway.h5ad", "bulk_human/bulk_human_train.h5ad"):
        run("predict-metadata", data / bulk, "-o", out, *model, expect=4)
    assert not out.exists(), "what was stopped left an output"
    run("predict-metadata", lung, "-o", out, *model, "--max-outliers", 1)
    outliers = share(anndata.read_h5ad(out).obs["gemflow_outlier"])
    print(f"{name}: {outliers:.3f} of the lung cancer cells are outliers")
    assert outliers >= 0.6


def train(folder):
    made = folder / "pbmc.gmodel"
    script = [source / "data/models/pbmc.sh", data / "kang_pbmc/kang_pbmc.h5ad", made]
    subprocess.run(["sh", *map(str, script)], check=True, capture_output=True, env=os.environ | {"GEMFLOW": gemflow})
    print(f"trained afresh: {'the same bytes as' if made.read_bytes() == (source / 'data/models/pbmc.gmodel').read_bytes() else 'other bytes than'} the shipped model")
    return made


with tempfile.TemporaryDirectory() as name:
    check_demo(Path(name), "shipped")
    if not data.exists():
        print(f"skipped: '{data}' is not there")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    check_strangers(Path(name), "shipped")
    fresh = train(Path(name))
    check_demo(Path(name), "fresh", "--model", fresh)
    check_strangers(Path(name), "fresh", "--model", fresh)
