# SPDX-License-Identifier: Apache-2.0
"""readme.py PROGRAM: every command of nextflow/README.md runs, on the files that it shows, and its tables name the parameters, modules and
profiles that there are. Hosted models are asked of `gemflow serve`."""

import json
import re
import subprocess
import sys
import time

from runs import PIPELINE, SOURCE, Place

README = (PIPELINE / "README.md").read_text()
SHOWN = {"csv": ["samplesheet.csv", "known.csv", "hosted.csv"], "tsv": ["conditions.tsv"], "nextflow": ["my_pipeline/main.nf"]}
MADE = {  # by the run with this --outdir
    "results": ["samples/donor_1.h5ad", "merged/merged.h5ad", "tables/donor_2_labels.tsv", "multiqc/gemflow_cell_type_mqc.json"],
    "annotated": ["samples/donor_2.h5ad", "inspect/donor_1.json", "pipeline_info/gemflow_software_mqc_versions.yml"],
    "stimulated": ["samples/donor_1.h5ad", "tables/donor_1_changes.tsv", "merged/merged.h5ad", "multiqc/gemflow_warnings_mqc.json"],
    "new_cells": ["samples/donor_1.h5ad", "merged/merged.h5ad"],
    "synthetic": ["samples/conditions.h5ad"],
    "learnt": ["model/donor_1.gmodel", "samples/donor_2.h5ad"],
    "hosted": ["samples/donor_1.h5ad", "pipeline_info/gene_order.txt"],
}


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def column(title, n=1):
    """The words in `ticks` of a table's n-th column."""
    section = README.split(f"\n## {title}\n")[1].split("\n## ")[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row[n])]


def tables():
    schema = json.loads((PIPELINE / "nextflow_schema.json").read_text())
    known = {name for group in schema["$defs"].values() for name in group["properties"]}
    assert {word.removeprefix("--") for word in column("Parameters")} == known, known
    config = (PIPELINE / "nextflow.config").read_text()
    inside = config[config.index("params {"):config.index("includeConfig")]
    assert set(re.findall(r"^    (\w+) +=", inside, re.MULTILINE)) == known, "nextflow.config and the schema differ"
    modules = {f"GEMFLOW_{path.name.upper()}" for path in (PIPELINE / "modules" / "gemflow").iterdir()}
    assert set(column("In a pipeline of yours")) == modules
    assert set(column("Profiles, and what was not tried")) == set(re.findall(r"^    (\w+) +\{ includeConfig", config, re.MULTILINE))


def serve(place):
    """gemflow as the hosted API; its words are in the environment that it prints."""
    (place.folder / "key.txt").write_text("canary-of-the-readme\n")
    (place.folder / "key.txt").chmod(0o600)
    words = ["serve", "--as", "gem-1-sc", "--as", "gem-1-sc_predict-metadata", "--token-file", "key.txt"]
    server = subprocess.Popen([place.program, *words], cwd=place.folder, stderr=subprocess.PIPE, text=True, env=place.environment())
    for line in server.stderr:
        found = re.search(r"SYNTHESIZE_API_BASE_URL=(\S+)", line)
        if found:
            return server, found.group(1).strip("'\"")
    raise AssertionError("gemflow serve says nothing")


def commands(place):
    for name in ("nextflow", "data"):
        (place.folder / name).symlink_to(SOURCE / name)
    lines = [line for block in blocks("sh") for line in block.splitlines() if line]
    (place.folder / "my_pipeline").mkdir()
    for language, names in SHOWN.items():
        shown = blocks(language)
        assert len(shown) == len(names), (language, shown)
        for name, text in zip(names, shown):
            (place.folder / name).write_text(text)
    server, url = serve(place)
    try:
        for line in lines:
            begun = time.monotonic()
            around = place.environment(SYNTHESIZE_API_BASE_URL=url, GEMFLOW_OFFLINE="", NO_PROXY="*", GEMFLOW_CACHE_DIR=place.folder / "cache")
            done = subprocess.run(["sh", "-c", line], cwd=place.folder, env=around, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            print(f"{time.monotonic() - begun:4.0f} s  {line}", flush=True)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            if "-resume" in line:
                assert "succeeded=0" in done.stdout and "cached=0" not in done.stdout, done.stdout
    finally:
        server.kill()
        server.communicate()
    for out, files in MADE.items():
        for file in files:
            assert (place.folder / out / file).stat().st_size > 0, f"{out}/{file}"
    warned = json.loads((place.folder / "stimulated/multiqc/gemflow_warnings_mqc.json").read_text())["data"]["donor_1"]["warnings"]
    assert warned.count("log2fc of single cells against themselves is mostly noise") == 1, warned
    assert len([line for line in lines if line.startswith("nextflow run")]) >= len(MADE) + 3


def main(program):
    tables()
    with Place(program) as place:
        commands(place)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
