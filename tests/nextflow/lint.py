# SPDX-License-Identifier: Apache-2.0
"""lint.py PROGRAM [MODULE…]: nf-core's own linter on each module (default: all), and on the parameters' schema, without network but for
the installation of nf-core tools, by name, into build/nextflow. No check may fail; what is warned of is counted."""

import os
import re
import shutil
import subprocess
import sys

from runs import HERE, PIPELINE, Place, installed

PINNED = "nf-core==4.2.1"


def repository(place):
    """A repository of modules as the linter wants it, with ours as those of a tool 'gemflow'."""
    root = place.folder / "repository"
    shutil.copytree(PIPELINE / "modules" / "gemflow", root / "modules" / "nf-core" / "gemflow")
    (root / ".nf-core.yml").write_text("repository_type: modules\norg_path: nf-core\n")
    (root / "tests" / "config").mkdir(parents=True)
    (root / "tests" / "config" / "nextflow.config").write_text("params.outdir = 'results'\n")
    subprocess.run(["git", "init", "-q", root], check=True)
    return root


def nf_core(place, tools, *words):
    environment = place.environment(NFCORE_STATE=place.folder / "state", COLUMNS=200)
    environment["PATH"] = f"{tools}:{environment['PATH']}"
    done = subprocess.run([HERE / "bin" / "nf-core-offline", *map(str, words)], cwd=place.folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


def count(text, word):
    found = re.findall(rf"(\d+) Tests? {word}", text)
    assert found, text
    return int(found[-1])


def main(program, *names):
    place_for_needs = Place(program)
    tools = installed(PINNED)
    bad = []
    with place_for_needs as place:
        root = repository(place)
        for name in names or sorted(os.listdir(root / "modules" / "nf-core" / "gemflow")):
            code, text = nf_core(place, tools, "modules", "lint", "--dir", root, f"gemflow/{name}")
            passed, warned, failed = (count(text, word) for word in ("Passed", "Warnings?", "Failed"))
            print(f"gemflow/{name}: {passed} passed, {warned} warnings, {failed} failed", flush=True)
            if code != 0 or failed or passed < 40 or os.environ.get("GEMFLOW_SHOW"):
                print(text)
            if code != 0 or failed or passed < 40:
                bad.append(name)
        if not names:
            code, text = nf_core(place, tools, "pipelines", "schema", "lint", PIPELINE / "nextflow_schema.json")
            print(text)
            if code != 0 or "Pipeline schema looks valid" not in text:
                bad.append("nextflow_schema.json")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
