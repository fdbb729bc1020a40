# SPDX-License-Identifier: Apache-2.0
"""multiqc.py PROGRAM: a real MultiQC (PyPI, by name, into build/nextflow; about a gigabyte) finds all that the pipeline writes for it, has
no complaint (--strict), and the numbers that it shows are those of the run's own summaries and tables."""

import collections
import csv
import json
import subprocess
import sys

from runs import PIPELINE, Place, installed

PINNED = "multiqc==1.35"


def rows(path, key):
    with open(path, newline="", encoding="utf-8") as file:
        return {row[key]: row for row in csv.DictReader(file, delimiter="\t")}


def shown(place, name):
    return rows(place.folder / "report" / "multiqc_data" / f"multiqc_{name}_plot.txt", "Sample")


def summary(place, folder, sample):
    return json.loads((place.folder / "results" / folder / f"{sample}.json").read_text())["result"]


def same_numbers(place):
    """All that is in the files for MultiQC is in what it read of them."""
    found = sorted((place.folder / "results" / "multiqc").glob("*_mqc.json"))
    assert [path.name for path in found] == [f"gemflow_{name}_mqc.json" for name in ("cell_type", "cells", "genes", "inputs", "perturbation_type")], found
    for path in found:
        content = json.loads(path.read_text())
        table = shown(place, content["id"])
        assert set(table) == set(content["data"]) == {"donor_1", "donor_2"}, (path, table)
        for sample, values in content["data"].items():
            for name, value in values.items():
                seen = table[sample].get(name)
                if isinstance(value, str):
                    assert seen == value, (path.name, sample, name, value, table[sample])
                else:
                    assert seen not in (None, "") and float(seen) == float(value), (path.name, sample, name, value, table[sample])


def numbers_of_the_run(place):
    """The same against what the commands said themselves, and the labels as the table of labels has them, cell by cell."""
    for sample in ("donor_1", "donor_2"):
        merged, inspected = summary(place, "samples", sample), summary(place, "inspect", sample)
        cells, inputs = shown(place, "gemflow_cells")[sample], shown(place, "gemflow_inputs")[sample]
        assert float(cells["cells"]) == merged["n_cells"] == 559 and float(cells["outliers"]) == merged["n_outliers"] == 74, (cells, merged)
        assert float(inputs["n_cells"]) == inspected["n_cells"] and float(inputs["n_genes"]) == inspected["n_genes"] == 32786, (inputs, inspected)
        with open(place.folder / "results" / "tables" / f"{sample}_labels.tsv", newline="", encoding="utf-8") as file:
            labels = collections.Counter(row["gemflow_cell_type"] for row in csv.DictReader(file, delimiter="\t"))
        bars = {name: float(value) for name, value in shown(place, "gemflow_cell_type")[sample].items() if name != "Sample" and value}
        assert bars == labels and len(bars) > 3, (bars, labels)


def main(program):
    place = Place(program)  # is there a Nextflow? Before a gigabyte is fetched.
    tools = installed(PINNED)
    with place:
        place.run(PIPELINE, "-profile", "test").counted(succeeded=15, failed=0)
        done = subprocess.run([tools / "multiqc", "--no-version-check", "--no-ansi", "--strict", "-f", "-o", "report", "results"], cwd=place.folder,
                              env=place.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert (place.folder / "report" / "multiqc_report.html").stat().st_size > 100_000, done.stderr
        same_numbers(place)
        numbers_of_the_run(place)
        versions = (place.folder / "report" / "multiqc_data" / "multiqc_software_versions.txt").read_text()
        assert "GEMFLOW_PREDICTMETADATA" in versions and "0.1.0" in versions, versions
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
