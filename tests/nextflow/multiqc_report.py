# SPDX-License-Identifier: Apache-2.0
"""multiqc_report.py PROGRAM: a real MultiQC (PyPI, by name, into build/nextflow; about a gigabyte) finds all that the pipeline writes for it,
has no complaint (--strict), and the numbers that it shows are those of the run's own summaries and tables."""

import collections
import csv
import json
import subprocess
import sys

from runs import PIPELINE, RUNTIME, Place, need_tools

TOOLS = RUNTIME / "multiqc"
SAMPLES = {"donor_1", "donor_2"}


def shown(place, name):
    """What MultiQC read of one of our files, by sample."""
    with open(place.folder / "report" / "multiqc_data" / f"multiqc_{name}.txt", newline="", encoding="utf-8") as file:
        return {row.pop("Sample"): row for row in csv.DictReader(file, delimiter="\t")}


def told(place, folder, sample):
    return json.loads((place.folder / "results" / folder / f"{sample}.json").read_text())["result"]


def same(seen, value):
    return seen == value if isinstance(value, str) else seen not in (None, "") and abs(float(seen) - value) <= 1e-6 * abs(value)


def same_numbers(place):
    """All that is in the files for MultiQC is in what it read of them, each a section of the page."""
    page = (place.folder / "report" / "multiqc_report.html").read_text(encoding="utf-8")
    found = sorted((place.folder / "results" / "multiqc").glob("*_mqc.json"))
    assert [path.name for path in found] == [f"gemflow_{name}_mqc.json" for name in ("cell_type", "cells", "genes", "inputs", "perturbation_type", "warnings")], found
    for path in found:
        content = json.loads(path.read_text())
        assert content["section_name"] in page, content["section_name"]
        table = shown(place, content["pconfig"]["id"])
        assert set(table) == set(content["data"]) == SAMPLES, (path, table)
        for sample, values in content["data"].items():
            for name, value in values.items():
                assert same(table[sample].get(name), value), (path.name, sample, name, value, table[sample])


def numbers_of_the_run(place):
    """The same against what the commands said themselves, and the labels as the table of labels has them, cell by cell."""
    for sample in SAMPLES:
        merged, inspected = told(place, "samples", sample), told(place, "inspect", sample)
        cells, inputs = shown(place, "gemflow_cells_plot")[sample], shown(place, "gemflow_inputs_plot")[sample]
        assert float(cells["cells"]) == merged["n_cells"] == 559 and float(cells["outliers"]) == merged["n_outliers"] == 74, (cells, merged)
        assert float(inputs["n_cells"]) == inspected["n_cells"] and float(inputs["n_genes"]) == inspected["n_genes"] == 32786, (inputs, inspected)
        with open(place.folder / "results" / "tables" / f"{sample}_labels.tsv", newline="", encoding="utf-8") as file:
            labels = collections.Counter(row["gemflow_cell_type"] for row in csv.DictReader(file, delimiter="\t"))
        bars = {name: float(value) for name, value in shown(place, "gemflow_cell_type_plot")[sample].items() if value}
        assert bars == labels and len(bars) > 3, (bars, labels)


def main(program):
    with Place(program) as place:
        need_tools(TOOLS, "multiqc==1.35")
        place.run(PIPELINE, "-profile", "test").counted(succeeded=15, failed=0)
        done = subprocess.run([TOOLS / "bin" / "multiqc", "--no-version-check", "--no-ansi", "--strict", "-f", "-o", "report", "results"],
                              cwd=place.folder, env=place.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        same_numbers(place)
        numbers_of_the_run(place)
        versions = (place.folder / "report" / "multiqc_data" / "multiqc_software_versions.txt").read_text()
        assert "GEMFLOW_PREDICTMETADATA" in versions and "Nextflow" in versions, versions
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
