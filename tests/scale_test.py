# SPDX-License-Identifier: Apache-2.0
"""docs/scale.md has the tables that docs/scale.py prints, its command runs, and its steps are those of the pipeline."""
import re
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
TEXT = (SOURCE / "docs" / "scale.md").read_text(encoding="utf-8")


def printed(*words):
    return subprocess.run([sys.executable, SOURCE / "docs" / "scale.py", *words], check=True, capture_output=True, text=True).stdout


def main():
    for piece in printed().strip().split("\n\n"):
        assert piece.strip() in TEXT, f"docs/scale.md does not have what docs/scale.py prints:\n{piece}"
    for command in re.findall(r"^python3 docs/scale.py (.*)$", TEXT, re.MULTILINE):
        steps = re.findall(r"^(\S+) +[\d,]+ tasks$", printed(*command.split()), re.MULTILINE)
        modules = {step.replace("-", "").upper() for step in steps}
        flow = (SOURCE / "nextflow" / "workflows" / "gemflow.nf").read_text() + (SOURCE / "nextflow/subworkflows/local/scatter/main.nf").read_text()
        assert len(steps) == 5 and all(f"GEMFLOW_{module}(" in flow for module in modules), steps
    # More cores never make a run longer, more samples never shorter.
    hours = [float(re.search(r"wall_hours +([\d.,]+)", printed("--samples", str(n), "--cores", str(c))).group(1).replace(",", ""))
             for n, c in ((1000, 512), (1000, 64), (5000, 64))]
    assert hours == sorted(hours), hours
    return 0


if __name__ == "__main__":
    sys.exit(main())
