# SPDX-License-Identifier: Apache-2.0
"""multiqc_report.py PROGRAM: what a real MultiQC (installed by name into build/nextflow) makes of the pipeline's results: each report input
becomes a section with the run's own numbers, in strict mode, and the versions are listed."""

import csv
import json
import subprocess
import sys

from runs import PIPELINE, RUNTIME, Place, need_tools

TOOLS = RUNTIME / "multiqc"


def report_of(place):
    done = subprocess.run([TOOLS / "bin" / "multiqc", "--no-version-check", "--strict", "-f", "-o", place.folder / "report", place.folder / "results"],
                          cwd=place.folder, env=place.environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return place.folder / "report"


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return {row.pop("Sample"): row for row in csv.DictReader(file, delimiter="\t")}


def main(program):
    with Place(program) as place:
        need_tools(TOOLS, "multiqc==1.35")
        place.run(PIPELINE, "-profile", "test").counted(succeeded=15, failed=0)
        report = report_of(place)
        inputs = sorted((place.folder / "results" / "multiqc").glob("*_mqc.json"))
        assert len(inputs) >= 4, inputs
        for path in inputs:
            told = json.loads(path.read_text())
            shown = rows_of(report / "multiqc_data" / f"multiqc_{told['pconfig']['id']}.txt")
            assert shown.keys() == told["data"].keys(), (path.name, shown)
            for sample, values in told["data"].items():
                for key, value in values.items():
                    if isinstance(value, (int, float)):
                        assert abs(float(shown[sample][key]) - value) < 1e-6 * max(abs(value), 1), (path.name, sample, key, value, shown[sample])
            assert told["section_name"] in (report / "multiqc_report.html").read_text(encoding="utf-8"), told["section_name"]
        versions = (report / "multiqc_data" / "multiqc_software_versions.txt").read_text()
        assert "gemflow" in versions and "Nextflow" in versions, versions
        print(f"{len(inputs)} report inputs, each a section with its own numbers")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
