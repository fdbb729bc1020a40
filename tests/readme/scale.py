# SPDX-License-Identifier: Apache-2.0
"""scale.py SOURCE GEMFLOW SCRATCH: docs/scale.md shows the tables that docs/scale.py prints and no others (`--write` puts them there), its commands work, the script's
steps are the pipeline's, its chunks those of `gemflow plan`, and its sums are right where they can be done by hand."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
SOURCE, GEMFLOW, SCRATCH = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
SCRIPT = SOURCE / "docs" / "scale.py"
PAGE = (SOURCE / "docs" / "scale.md").read_text()
FIGURES = json.loads((SOURCE / "docs" / "scale_figures.json").read_text())


def loaded():
    spec = importlib.util.spec_from_file_location("scale", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["scale"] = module  # its dataclasses look there
    spec.loader.exec_module(module)
    return module


def said(*words):
    return subprocess.run([sys.executable, SCRIPT, *words], check=True, capture_output=True, text=True).stdout


def tables_of(text):
    return re.findall(r"(?:^\|.*\n)+", text + "\n", re.MULTILINE)


def tables_are_printed(scale):
    printed, shown = tables_of(said()), tables_of(PAGE)
    assert len(printed) == 8, printed
    for ours, theirs in zip(printed, shown):
        assert ours == theirs, f"docs/scale.md shows\n{theirs}\nbut docs/scale.py prints\n{ours}"
    assert len(printed) == len(shown), "a table of docs/scale.md is not printed by docs/scale.py"
    old = re.sub(r"^\| INSPECT .*$", "| INSPECT | as it was |", PAGE, flags=re.MULTILINE)
    assert old != PAGE and scale.rewritten(old, said()) == PAGE


def commands_work():
    commands = [line.split()[2:] for line in PAGE.splitlines() if line.startswith("python3 docs/scale.py")]
    assert len(commands) == 2, commands
    text = said(*commands[0])
    assert re.search(r"^tasks +50,001$", text, re.MULTILINE) and re.search(r"^CONVERT +1 tasks$", text, re.MULTILINE), text
    assert re.search(r"^tasks +2,500$", said(*commands[1]), re.MULTILINE)
    help_text = said("--help")
    assert "--samples" in help_text and commands[1] == re.search(r"^  scale.py (--samples .*)$", help_text, re.MULTILINE).group(1).split(), help_text


def sums_are_right(scale):
    site = scale.Site(task_overhead=2, noticed=10, submissions=10, queue_size=100, array=50, disk=1, core_hour=1)
    per_cell = {f"{name}_seconds_a_cell": value for name, value in (("predict", 1e-3), ("merge", 1e-4), ("table", 1e-4), ("convert", 1e-3))}
    sizes = {f"{name}_bytes_a_cell": value for name, value in (("input", 100), ("part", 10), ("output", 200), ("merged", 300))}
    figures = {"inspect_seconds": 1, "plan_seconds": 1, "start_seconds": 1, "convert_seconds_a_file": 2, "convert_mb": 100, "convert_mb_a_file": 10, "nonzeros_a_cell": 1000, **per_cell, **sizes}
    run = scale.Run(samples=100, cells=10_000, cores=10, merged=True)
    # Of one sample: INSPECT 1, beside it 1, 1 + 10, 1 + 1, 1 + 1. Of all, 1,700; converted in 1,000 + 200.
    assert scale.tasks_of(run, figures, site) == dict.fromkeys(("INSPECT", "PLAN", "PREDICTMETADATA", "MERGE", "TABLE"), 100) | {"CONVERT": 1}
    near = lambda a, b: abs(a - b) < 1e-6 * b
    limits = scale.bounds(run, figures, site)
    wanted = {"cores": (1700 + 500 * 2) / 10, "queueSize": (1700 + 500 * 10) / 100, "submissions": (400 + 2) / 10, "one sample": 16 + 40,
              "disk": 1e-3 * (2 * 110 + 3 * 200)}
    assert limits.keys() == wanted.keys() and all(near(limits[name], value) for name, value in wanted.items()), (limits, wanted)
    one = scale.estimate(run, figures, site)
    assert one["tasks"] == 501 and one["bound"] == "cores" and near(one["wall_hours"], (270 + 1210) / 3600), one
    assert near(one["convert_memory_gb"], 1.08), one
    assert near(one["dollars"], (2900 + 501 * 2) / 3600), one
    assert scale.estimate(scale.Run(1, 10_000, 10, merged=True), figures, site)["convert_hours"] == 0  # nothing to join
    # A cell is 2 x 44,592 + 1,000 + 200 bytes of JSON: 64 batches of 4 MB a second are more than a gigabit of them, or than 16 cores at half a second each.
    row = [line for line in scale.table_of_limits(figures, scale.Api()) if line.startswith("| 16 x 4 |")]
    assert "| 1,383, line | 283, batches |" in row[0], row
    row = [line for line in scale.table_of_limits(figures, scale.Api(wire_seconds=0.5)) if line.startswith("| 16 x 4 |")]
    assert "| 32, cores | 32, cores |" in row[0], row


def chunks_are_the_plan(scale):
    SCRATCH.mkdir(parents=True, exist_ok=True)
    one, big, plan = SOURCE / "data" / "immune_cells.h5ad", SCRATCH / "cells.h5ad", SCRATCH / "plan.csv"
    copies = [SCRATCH / f"copy_{i}.h5ad" for i in range(4)]
    for copy in copies:
        copy.unlink(missing_ok=True)
        copy.symlink_to(one)
    subprocess.run([GEMFLOW, "convert", *copies, "-o", big, "--sample-key", "sample", "--overwrite", "-q"], check=True)
    for seconds in (5, 6, 7, 600):
        words = ["--for", "predict-metadata", "--seconds-per-task", str(seconds), "-o", plan, "--overwrite", "-q"]
        subprocess.run([GEMFLOW, "plan", big, *words], check=True)
        planned = len(plan.read_text().splitlines()) - 1
        guessed = scale.chunks_of(scale.Run(1, 4 * 559, 1), scale.Site(seconds_per_task=seconds), FIGURES)
        assert planned == guessed and (seconds > 6 or planned == 3), (seconds, planned, guessed)


def steps_are_the_pipeline(scale):
    included = set()
    for path in (SOURCE / "nextflow" / "workflows" / "gemflow.nf", SOURCE / "nextflow" / "subworkflows" / "local" / "scatter" / "main.nf"):
        included |= set(re.findall(r"include \{ GEMFLOW_(\w+) +\}", path.read_text()))
    steps = set(scale.tasks_of(scale.Run(2, 10, 1, merged=True), FIGURES, scale.Site()))
    assert included - {"TRAIN", "GENEORDER", "CONDITION"} == steps, (included, steps)  # those are of other modes, or of hosted models
    profile = (SOURCE / "nextflow" / "conf" / "slurm.config").read_text()
    assert f"queueSize       = {scale.Site.queue_size}\n" in profile and f"array = {scale.Site.array}\n" in profile, profile
    assert f"submitRateLimit = '{scale.Site.submissions:.0f}/1sec'\n" in profile, profile
    whole = (SOURCE / "nextflow" / "nextflow.config").read_text()
    assert f"seconds_per_task    = {scale.Site.seconds_per_task:.0f}\n" in whole, whole


def main():
    scale = loaded()
    tables_are_printed(scale)
    commands_work()
    sums_are_right(scale)
    steps_are_the_pipeline(scale)
    chunks_are_the_plan(scale)
    return 0


if __name__ == "__main__":
    sys.exit(main())
