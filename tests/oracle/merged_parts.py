# SPDX-License-Identifier: Apache-2.0
"""merged_parts.py GEMFLOW IMMUNE_CELLS: parts, made anywhere and given in any order, merge into the very bytes of the undivided run:
predict-metadata, condition beside its cells and with cells of its own, generate; from h5ad (csr, csc, dense), 10x HDF5 and a table;
cut anywhere, whatever the batch size. anndata opens each part, and finds no counts of the input in it."""

import filecmp
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import scipy.sparse

gemflow, immune_cells = sys.argv[1:3]
shuffled = random.Random(0)


def gemflow_runs(*words, code=0):
    done = subprocess.run([gemflow, *map(str, words), "-q"], capture_output=True, text=True)
    assert done.returncode == code, (words, done.returncode, done.stderr)
    return done.stderr


def write_tenx(path, counts, names, genes):
    by_cell = scipy.sparse.csr_matrix(counts)
    with h5py.File(path, "w") as file:
        group = file.create_group("matrix")
        group["barcodes"] = np.array(names, dtype="S")
        group["data"] = by_cell.data.astype("i4")
        group["indices"] = by_cell.indices.astype("i8")
        group["indptr"] = by_cell.indptr.astype("i8")
        group["shape"] = np.array(by_cell.shape[::-1], dtype="i4")
        features = group.create_group("features")
        features["id"] = features["name"] = np.array(genes, dtype="S")
        features["feature_type"] = np.array(["Gene Expression"] * len(genes), dtype="S")
        features["genome"] = np.array(["GRCh38"] * len(genes), dtype="S")


def make_inputs(folder, n_cells):
    """The same cells in several formats; two of them have no counts."""
    cells = anndata.read_h5ad(immune_cells)[:n_cells].copy()
    cells.obs["given"] = pd.Categorical([["B cells", "CD4 T cells", None, "nobody knows"][i % 4] for i in range(n_cells)])
    cells.obs["depth"] = np.arange(n_cells) / 3
    cells.var["chosen"] = np.arange(cells.n_vars) % 3 == 0
    cells.var["note"] = [f"n{i}" for i in range(cells.n_vars)]
    counts = cells.X.toarray()
    counts[[3, n_cells - 1]] = 0
    inputs = {}
    for layout, matrix in [("csr", scipy.sparse.csr_matrix(counts)), ("csc", scipy.sparse.csc_matrix(counts)), ("dense", counts)]:
        inputs[layout] = folder / f"{layout}.h5ad"
        one = anndata.AnnData(matrix, cells.obs, cells.var)
        one.obsm["X_other"] = np.ones((n_cells, 2))
        one.write_h5ad(inputs[layout])
    inputs["tenx"] = folder / "tenx.h5"
    write_tenx(inputs["tenx"], counts, list(cells.obs_names), list(cells.var_names))
    inputs["table"] = folder / "table.csv"
    cells.X = counts
    cells.to_df().astype(int).to_csv(inputs["table"], index_label="cell")
    return inputs


def cut(n_rows, n_parts):
    """Ranges of rows that are not all of one size."""
    ends = sorted(shuffled.sample(range(1, n_rows), n_parts - 1)) + [n_rows]
    return list(zip([0, *ends], ends))


def compare(folder, source, ranges, options, out_name="out.h5ad"):
    """`options`: the command and what follows its input. `source` is None where cells come from conditions."""
    command, *rest = options
    beside = [] if source is None else [source]
    whole = folder / f"whole_{out_name}"
    merged = folder / f"merged_{out_name}"
    metadata = [] if out_name.endswith(".h5ad") or command == "predict-metadata" else ["--metadata-out"]
    gemflow_runs(command, *beside, *rest, "-o", whole, "--overwrite", *metadata, *[f"{whole}.tsv" for _ in metadata])
    parts = []
    for number, (begin, end) in enumerate(ranges):
        parts.append(folder / f"part_{number}.h5ad")
        more = ["--new-cells"] if metadata and command == "condition" else []
        gemflow_runs(command, *beside, *rest, *more, "--rows", f"{begin}:{end}", "--part", "-o", parts[-1], "--overwrite",
                     "--batch-size", shuffled.choice([1, 3, 1000]), "-@", shuffled.choice([1, 2]))
    told = anndata.read_h5ad(parts[0])
    given = shuffled.sample(parts, len(parts))
    needs_input = "gemflow_gene" in told.var  # in the input's genes
    if needs_input:
        assert told.X.nnz == 0 and not [name for name in told.obs if not name.startswith(("gemflow_", "mine_"))], told
        assert told.n_obs == ranges[0][1] - ranges[0][0], told
    gemflow_runs("merge", *(beside if needs_input else []), *given, "-o", merged, "--overwrite", *metadata, *[f"{merged}.tsv" for _ in metadata])
    what = (command, str(source), ranges, rest, out_name)
    assert filecmp.cmp(whole, merged, shallow=False), what
    if metadata:
        assert filecmp.cmp(f"{whole}.tsv", f"{merged}.tsv", shallow=False), what
    print("the same bytes:", command, source and source.name, len(ranges), "parts,", *rest, out_name, flush=True)


def other_counts(folder, inputs, n_cells):
    """Under the same names: one value more, or another value, in the first cell of the last part. Of csc the number of values alone is known."""
    for layout, source in inputs.items():
        name = "tenx" if layout == "tenx" else "table" if layout == "table" else "h5ad"
        parts = []
        for begin, end in [(0, 20), (20, n_cells)]:
            parts.append(folder / f"of_{layout}_{begin}.h5ad")
            gemflow_runs("predict-metadata", source, "--max-outliers", 1, "--rows", f"{begin}:{end}", "--part", "-o", parts[-1])
        if name == "table":
            cells = pd.read_csv(source, index_col=0)
            counts = cells.to_numpy()
        else:
            counts = anndata.read_h5ad(inputs["csr"]).X.toarray()
        for what in ("more", "other"):
            changed = counts.copy()
            row = changed[20]
            row[np.flatnonzero(row == 0 if what == "more" else row)[0]] += 1
            file = folder / f"{what}_{source.name}"
            if name == "table":
                pd.DataFrame(changed, cells.index, cells.columns).to_csv(file, index_label="cell")
            elif name == "tenx":
                known = anndata.read_h5ad(inputs["csr"])
                write_tenx(file, changed, list(known.obs_names), list(known.var_names))
            else:
                one = anndata.read_h5ad(source)
                one.X = {"csr": scipy.sparse.csr_matrix, "csc": scipy.sparse.csc_matrix, "dense": np.asarray}[layout](changed)
                one.write_h5ad(file)
            for out in ("other_counts.h5ad", "other_counts.csv"):
                unknown = (layout == "csc" and what == "other") or (layout == "table" and out.endswith("csv"))
                said = gemflow_runs("merge", file, *parts, "-o", folder / out, "--overwrite", code=0 if unknown else 3)
                assert unknown or "name the file that the parts were made from" in said, said
        print("other counts:", layout, flush=True)


def modality_of_the_whole(folder):
    """Cells of a single-cell file that look like bulk samples: parts of them alone go on; a file that begins with such is refused, by
    its first part as by the undivided run."""
    cells = anndata.read_h5ad(immune_cells)[:20].copy()
    counts = cells.X.toarray()
    bulk = 50 * np.ones((8, counts.shape[1]))
    for order, ranges in [("late", [(0, 12), (12, 16), (16, 20)]), ("early", [(0, 1), (1, 20)])]:
        mixed = np.vstack([counts[:12], bulk] if order == "late" else [counts[:1], bulk, bulk, counts[:3]])
        file = folder / f"mixed_{order}.h5ad"
        anndata.AnnData(scipy.sparse.csr_matrix(mixed), cells.obs, cells.var).write_h5ad(file)
        for command in (["predict-metadata"], ["condition", "--set", "perturbation_ontology_id=IFNB1"]):
            options = [*command, "--max-outliers", 1]
            if order == "late":
                compare(folder, file, ranges, options)
                continue
            for rows in ([], ["--rows", "0:1", "--part"], ["--rows", "1:20", "--part"]):
                said = gemflow_runs(options[0], file, *options[1:], *rows, "-o", folder / "refused.h5ad", code=4)
                assert "these look like bulk samples" in said, said
    print("modality: as the whole", flush=True)


def main(folder):
    n_cells = 40
    inputs = make_inputs(folder, n_cells)
    csr = inputs["csr"]
    conditions = folder / "conditions.tsv"
    conditions.write_text("perturbation_ontology_id\tperturbation_type\tname\tseed\tnum_samples\n"
                          "IFNB1\t\tone\t\t2\n\tcontrol\t\t7\t1\nENSG00000171855\t\t\t\t3\n")
    known = anndata.read_h5ad(immune_cells)
    predict = ["predict-metadata", "--max-outliers", 1, "--latents", "obs", "--sample-latents", "--seed", 5]
    full = [*predict, "--decoder-sample", "--check", "given=cell_type"]
    pairs = ["condition", "--max-outliers", 1, "--set", "perturbation_ontology_id=IFNB1", "--sampling-strategy", "sample"]
    several = ["condition", "--max-outliers", 1, "--conditions", conditions, "--sampling-strategy", "sample"]

    for n_parts in (1, 2, 3, 7):
        compare(folder, csr, cut(n_cells, n_parts), full)
        compare(folder, csr, cut(n_cells, n_parts), [*pairs, "--with-control", "--log2fc"])
    compare(folder, csr, [(i, i + 1) for i in range(5)] + [(5, n_cells)], [*predict, "--min-confidence", 0.9, "--prefix", "mine"])
    compare(folder, csr, cut(n_cells, 3), predict, "out.csv")
    compare(folder, csr, cut(n_cells, 3), [*pairs, "--output-counts", "expected"], "out.tsv")
    compare(folder, csr, cut(n_cells, 3), [*pairs, "--new-cells", "--with-control", "--log2fc"])
    compare(folder, csr, cut(n_cells, 4), [*pairs, "--num-samples", 3])
    compare(folder, csr, cut(n_cells, 3), [*several, "--with-control"])
    for name in ("csc", "dense", "tenx", "table"):
        compare(folder, inputs[name], cut(n_cells, 3), predict)
        compare(folder, inputs[name], cut(n_cells, 2), pairs)
        compare(folder, inputs[name], cut(n_cells, 2), predict, "out.csv.gz")

    # Estimated counts are rounded by chance; their rounded values are those of the parts' run.
    estimated = folder / "estimated.csv"
    cells = anndata.read_h5ad(csr).to_df()
    (cells + (cells > 0) * 0.4).to_csv(estimated, index_label="cell")
    compare(folder, estimated, cut(n_cells, 3), [*predict, "--round-input", "stochastic"])
    # Alone, cells of low counts would be taken for logarithms.
    compare(folder, estimated, [(0, 10), (10, 11), (11, 12), (12, 20), (20, n_cells)], [*predict, "--round-input", "nearest"])

    # A cell that is named to condition on is in one part alone; in the others there may be nothing to do.
    reference = folder / "reference.tsv"
    reference.write_text(f"perturbation_ontology_id\treference\nIFNB1\t{known.obs_names[7]}\n")
    compare(folder, csr, [(0, 5), (5, 20), (20, n_cells)], ["condition", "--max-outliers", 1, "--conditions", reference])

    table = folder / "table_of_conditions.tsv"
    labels = ["CL:0000236", "CL:0000624", "CL:0001054"]
    table.write_text("cell_type_ontology_id\tnum_samples\tseed\n" + "".join(f"{labels[i % 3]}\t{i % 4 + 1}\t{'' if i % 5 else i}\n" for i in range(30)))
    made = ["generate", "--conditions", table, "--sampling-strategy", "sample", "--seed", 3]
    for n_parts in (1, 2, 3, 7):
        compare(folder, None, cut(30, n_parts), made)
    compare(folder, None, [(i, i + 1) for i in range(30)], made)
    compare(folder, None, cut(30, 3), made, "out.csv")
    rows = folder / "rows.csv"
    gemflow_runs(*made, "--rows", "5:9", "-o", rows)
    whole = (folder / "whole_out.csv").read_text().splitlines()
    before = sum(i % 4 + 1 for i in range(5))
    assert rows.read_text().splitlines()[1:] == whole[1 + before:1 + before + sum(i % 4 + 1 for i in range(5, 9))]

    outliers_of_the_whole(folder)
    other_counts(folder, inputs, n_cells)
    modality_of_the_whole(folder)
    nothing = folder / "nothing.h5ad"
    known[:0].copy().write_h5ad(nothing)
    said = gemflow_runs("plan", nothing, "-o", folder / "plan.csv", code=3)
    assert "nothing.h5ad' has no cells: there is nothing to plan" in said, said
    for command in (["predict-metadata"], ["condition", "--set", "perturbation_ontology_id=IFNB1"]):
        whole, part, merged = (folder / f"{name}_{command[0]}_of_nothing.h5ad" for name in ("whole", "part", "merged"))
        gemflow_runs(command[0], nothing, *command[1:], "-o", whole)
        gemflow_runs(command[0], nothing, *command[1:], "--rows", ":", "--part", "-o", part)
        gemflow_runs("merge", nothing, part, "-o", merged)
        assert filecmp.cmp(whole, merged, shallow=False), command


def outliers_of_the_whole(folder):
    """A part may hold more outliers than the limit, and less than all of them do."""
    everywhere = folder / "everywhere.h5ad"
    cells = anndata.read_h5ad(immune_cells)
    strange = cells[:60].copy()
    counts = strange.X.toarray()
    counts[:6] = counts[:6, ::-1]  # the counts of other genes
    anndata.AnnData(scipy.sparse.csr_matrix(counts), obs=strange.obs, var=strange.var).write_h5ad(everywhere)
    gemflow_runs("predict-metadata", everywhere, "-o", folder / "told.h5ad", "--max-outliers", 1)
    outlies = anndata.read_h5ad(folder / "told.h5ad").obs["gemflow_outlier"].to_numpy()
    limit = outlies.mean() + 0.001
    assert outlies[:6].mean() > limit, "no part has more outliers than the whole"
    words = ["predict-metadata", "--max-outliers", limit]
    compare(folder, everywhere, [(0, 6), (6, 60)], words)
    parts = [folder / "part_0.h5ad", folder / "part_1.h5ad"]
    said = gemflow_runs("merge", everywhere, *parts, "-o", folder / "none.h5ad", "--max-outliers", outlies.mean() / 2, code=4)
    assert f"{outlies.sum()} of 60 cells" in said, said
    assert not (folder / "none.h5ad").exists()
    words[-1] = outlies.mean() / 2
    assert gemflow_runs(words[0], everywhere, *words[1:], "-o", folder / "none.h5ad", code=4) == said
    for number, rows in enumerate(("0:6", "6:60")):
        gemflow_runs(words[0], everywhere, *words[1:], "--rows", rows, "--part", "-o", parts[number], "--overwrite")
    assert gemflow_runs("merge", everywhere, *parts, "-o", folder / "none.h5ad", code=4) == said
    gemflow_runs("merge", everywhere, *parts, "-o", folder / "all_the_same.h5ad", "--max-outliers", 1)


with tempfile.TemporaryDirectory() as name:
    main(Path(name))
