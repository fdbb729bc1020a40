# SPDX-License-Identifier: Apache-2.0
"""pipeline.py PROGRAM [CHECK…]: `-profile test` under either parser; what it writes is what the undivided command writes; a second run takes
all from the cache, and one more sample runs that sample alone; what is wrong with a samplesheet or a parameter is one sentence; one damaged sample
stops the others, or not; names with spaces and brackets; no script breaks the strict syntax."""

import json
import os
import re
import subprocess
import sys

from runs import HERE, PIPELINE, RUNTIME, SOURCE, Place, run_checks

CELLS = SOURCE / "data" / "immune_cells.h5ad"
SHEET = "sample,filtered,batch_col,label_col\n"


def undivided(place, *words, out="whole.h5ad"):
    subprocess.run([place.program, "predict-metadata", CELLS, "-o", place.folder / out, "--quiet", *words], check=True, env=place.environment())
    return (place.folder / out).read_bytes()


def read(place, name, out="results"):
    return json.loads((place.folder / out / name).read_text())


def look_at_reports(place):
    labels = read(place, "multiqc/gemflow_cell_type_mqc.json")
    assert labels["plot_type"] == "bargraph" and set(labels["data"]) == {"donor_1", "donor_2"}, labels
    assert all(sum(counts.values()) == 559 for counts in labels["data"].values()), labels
    assert labels["data"]["donor_1"]["CD14+ Monocytes"] == 267, labels
    genes = read(place, "multiqc/gemflow_genes_mqc.json")["data"]["donor_2"]
    assert (genes["genes_found"], genes["genes_of_the_model"], genes["genes_by"]) == (9005, 9015, "symbol"), genes
    cells = read(place, "multiqc/gemflow_cells_mqc.json")["data"]["donor_1"]
    assert (cells["cells"], cells["outliers"], cells["tasks"]) == (559, 74, 3), cells
    assert read(place, "multiqc/gemflow_inputs_mqc.json")["data"]["donor_1"]["counts_in"] == "X"
    versions = (place.folder / "results" / "pipeline_info" / "gemflow_software_mqc_versions.yml").read_text()
    assert "GEMFLOW_PREDICTMETADATA:\n    gemflow: 0.1.0\n" in versions and "Nextflow: 25.04.4" in versions, versions
    assert versions.count("GEMFLOW_PREDICTMETADATA") == 1, versions


def look_at_results(place):
    whole = undivided(place)
    for sample in ("donor_1", "donor_2"):
        assert (place.folder / "results" / "samples" / f"{sample}.h5ad").read_bytes() == whole, f"{sample} is not the undivided run's"
        table = (place.folder / "results" / "tables" / f"{sample}_labels.tsv").read_text().splitlines()
        assert len(table) == 560 and "gemflow_cell_type" in table[0], table[:2]
    merged = json.loads(subprocess.run([place.program, "inspect", place.folder / "results/merged/merged.h5ad", "--json"],
                                       check=True, capture_output=True, text=True).stdout)["result"]
    assert merged["n_cells"] == 1118 and {"sample", "gemflow_cell_type"} <= {column["name"] for column in merged["obs"]}, merged


def one_more(place, words, **around):
    """Another sheet, with a sample before the two of the profile's: that sample is run, and what joins all."""
    (place.folder / "sheet.csv").write_text("sample,filtered\n" + "".join(f"{name},{CELLS}\n" for name in ("zero", "donor_1", "donor_2")))
    place.run(*words, "--input", "sheet.csv", "-resume", **around).counted(succeeded=8, cached=14)
    done = place.tasks("COMPLETED")
    assert done == sorted(["GEMFLOW_CONVERT (merged)"] + [f"GEMFLOW_{name} (zero)" for name in (
        "INSPECT", "PLAN", "PREDICTMETADATA", "PREDICTMETADATA", "PREDICTMETADATA", "MERGE", "TABLE")]), done


def profile_test(program, parser="v2"):
    with Place(program) as place:
        words, around = [PIPELINE, "-profile", "test"], {"NXF_SYNTAX_PARSER": parser}
        place.run(*words, "--outdir", "mine", **around).counted(succeeded=15, cached=0, failed=0)
        (place.folder / "mine").rename(place.folder / "results")
        look_at_results(place)
        look_at_reports(place)
        place.run(*words, "-resume", **around).counted(succeeded=0, cached=15)
        one_more(place, words, **around)


def first_parser(program):
    """The same by the parser of before, and the stubs."""
    profile_test(program, "v1")
    with Place(program) as place:
        place.run(PIPELINE, "-profile", "test", "-stub-run").counted(succeeded=11, cached=0)


def asked_otherwise(program):
    """The strict parser leaves ext.args out of a task's hash: what is asked in other words is run again all the same."""
    with Place(program) as place:
        words, around = [PIPELINE, "-profile", "test"], {"NXF_SYNTAX_PARSER": "v2"}
        place.run(*words, **around).counted(succeeded=15)
        place.run(*words, "--max_outliers", 0.9, "-resume", **around).counted(succeeded=5, cached=10)
        assert {name.split()[0] for name in place.tasks("COMPLETED")} == {"GEMFLOW_MERGE", "GEMFLOW_TABLE", "GEMFLOW_CONVERT"}


WRONG = {
    "nothing": ("", "has no column 'sample': its first line names the columns (none)"),
    "no samples": ("sample,filtered\n", "has no samples below its first line"),
    "no column": ("sample,file\na,b\n", "has no column 'filtered': its first line names the columns sample, file"),
    "semicolons": ("sample;filtered\na;b\n", "names the columns sample;filtered; the fields of a csv are parted by commas, of a tsv by tabs"),
    "two columns": ("sample,filtered,filtered\na,b,c\n", "the samplesheet 'sheet.csv' has two columns 'filtered'"),
    "no name": ("sample,filtered\n,CELLS\n", "line 2 of 'sheet.csv': the sample has no name"),
    "bad name": ("sample,filtered\nok,CELLS\na b,CELLS\n", "line 3 of 'sheet.csv': the sample 'a b' has a name with other characters"),
    "no file": ("sample,filtered\na,nowhere.h5ad\n", "line 2 of 'sheet.csv': 'nowhere.h5ad' is not there, neither from where"),
    "unfiltered": ("sample,filtered,unfiltered\na,,CELLS\n", "names no file in the column filtered: unfiltered droplets are not annotated"),
    "short": ("sample,filtered,label_col\na,CELLS\n", "line 2 of 'sheet.csv' has 2 fields, not 3 as its first line"),
    "latin-1": ("sample,filtered\nä,CELLS\n", "the samplesheet 'latin-1/sheet.csv' is no text in UTF-8: --input takes a csv or tsv"),
    "dollar": ("sample,filtered\na,../$cells.h5ad\n", "line 2 of 'sheet.csv': the name of '../$cells.h5ad' has a '$', a '`' or a '\\', which the shell"),
    "folder": (None, "the samplesheet 'folder/sheet.csv' is not there: it is a folder"),
    "twice": ("sample,filtered\na,CELLS\na,CELLS\n", "the samplesheet 'sheet.csv' has 2 samples 'a': give each a name of its own"),
}
ASK = """
include { readSamples } from 'PIPELINE/subworkflows/local/samplesheet'
workflow {
    NAMES.each { name ->
        try { println("READ ${name} ${readSamples(name + '/sheet.csv').size()}") }
        catch (Exception e) { println("SAID ${name}: ${(e.cause ?: e).message}") }
    }
}
"""


def samplesheets(program):
    with Place(program) as place:
        for name, (text, _) in [*WRONG.items(), ("more", ("sample,filtered,doublet_rate,layer\na,CELLS,0.1,X\n", "")), ("right", ("\ufeffsample,filtered,counts_layer\r\na,CELLS,X\r\n\r\n\"b\",\"../cells [1].h5ad\",\r\n", ""))]:
            (place.folder / name).mkdir()
            if text is None:
                (place.folder / name / "sheet.csv").mkdir()
                continue
            text = text.replace("CELLS", str(CELLS))
            (place.folder / name / "sheet.csv").write_text(text, encoding="latin-1" if name == "latin-1" else "utf-8")
        for name in ("cells [1].h5ad", "$cells.h5ad"):
            (place.folder / name).symlink_to(CELLS)
        ask = ASK.replace("PIPELINE", str(PIPELINE)).replace("NAMES", json.dumps([*WRONG, "more", "right"]))
        (place.folder / "ask.nf").write_text(ask)
        run = place.run("ask.nf")
        said = {line[5:].split(": ", 1)[0]: line[5:].split(": ", 1)[1] for line in run.out.splitlines() if line.startswith("SAID ")}
        for name, (_, sentence) in WRONG.items():
            assert sentence in said.get(name, ""), f"{name}: wanted '{sentence}' of: {said.get(name)}\n{run}"
        assert "READ right 2" in run.out and "READ more 1" in run.out, run
        assert run.said().count("which is not used") == 1 and "has a column 'layer', which is not used: sample, filtered, counts_layer, label_col are" in run.said(), run
        run = place.run(PIPELINE, "--input", "twice/sheet.csv")
        assert run.code != 0 and "has 2 samples 'a'" in run.said() and not place.tasks("COMPLETED"), run


WRONG_WORDS = (  # what is typed, a piece of what is said
    (["--inputt", "sheet.csv"], "there is no parameter --inputt: there are --mode, --input,"),
    (["--input", "sheet.csv", "--cells-per-task", 50], "there is no parameter --cells-per-task: write --cells_per_task"),
    (["--input"], "--input needs a value behind it"),
    (["--input", "sheet.csv", "--predict_args", "--quiet"], "--predict_args needs a value behind it"),
    (["-params-file", "wrong.yml"], "the parameter 'tabels' does nothing here", "--mode predict needs --input SAMPLESHEET"),
    (["--mode", "condition", "--input", "sheet.csv", "--conditions", "two.tsv"], "in a file of their own: add --new_cells"),
    (["--mode", "condition", "--input", "sheet.csv", "--condition_args", "--set sex=male --num-samples 3"], "in a file of their own: add --new_cells"),
    (["--input", "sheet.csv", "--tables", "labels,mismatches"], "--tables mismatches needs labels to compare with: --predict_args '--check"),
    (["--mode", "guess"], "--mode is 'guess', which is none of"),
    (["--model", "x.gmodel", "--input", "sheet.csv"], "the model 'x.gmodel' is not there"),
    (["--model", "synthesize:gem-1-sc", "--input", "same.csv"], "samples 'a' and 'b' are one file"),
    (["--mode", "generate", "--conditions", "none.tsv"], "'none.tsv' is not there, which --conditions names"),
)
WRONG_VALUES = {  # name: value as Groovy, a piece of what is said
    "cells_per_task": [("0", "--cells_per_task is '0', which is no whole number from 1 on"), ("-5", "is '-5', which is no whole number"),
                       ("'many'", "is 'many', which is no whole number"), ("1.5", "is '1.5', which is no whole number"), ("true", "is 'true', which is no whole number")],
    "max_outliers": [("2", "--max_outliers is '2', which is no number from 0 to 1"), ("'few'", "is 'few', which is no number"), ("true", "--max_outliers needs a value behind it")],
    "merged": [("'no'", "--merged is 'no', which is neither true nor false")],
    "join": [("'left'", "--join is 'left', which is none of inner, outer")],
    "publish_dir_mode": [("'cpoy'", "--publish_dir_mode is 'cpoy', which is none of copy, copyNoFollow")],
    "tables": [("'labels,lables'", "--tables is 'labels,lables', which is not what it takes: Side tables, with commas: labels, probs")],
}
RIGHT_VALUES = {"cells_per_task": "'200'", "join": "'inner'", "tables": "'labels,probs'", "merged": "false", "model": "null", "outdir": "2026", "max_outliers": "'0.5'"}
ASK_VALUES = """
include { checkValue } from 'PIPELINE/subworkflows/local/parameters'
workflow {
    def schema = new groovy.json.JsonSlurper().parseText(file('PIPELINE/nextflow_schema.json').text)
    def rules = schema['$defs'].values().collectEntries { group -> group.properties }
    [VALUES].each { name, value ->
        try { checkValue(name, value, rules[name]); println("FINE ${name}") }
        catch (Exception e) { println("SAID ${(e.cause ?: e).message}") }
    }
}
"""


def parameters(program):
    with Place(program) as place:
        (place.folder / "sheet.csv").write_text(f"sample,filtered\na,{CELLS}\n")
        (place.folder / "same.csv").write_text(f"sample,filtered\na,{CELLS}\nb,{os.path.relpath(CELLS, place.folder)}\n")
        (place.folder / "wrong.yml").write_text("tabels: probs\n")
        (place.folder / "two.tsv").write_text("name\tperturbation_ontology_id\na\t\nb\tENSG00000171855\n")
        wrong = [(name, *pair) for name, pairs in WRONG_VALUES.items() for pair in pairs]
        values = ", ".join(f"['{name}', {value}]" for name, value in [*(one[:2] for one in wrong), *RIGHT_VALUES.items()])
        (place.folder / "ask.nf").write_text(ASK_VALUES.replace("PIPELINE", str(PIPELINE)).replace("VALUES", values))
        run = place.run("ask.nf")
        said = [line[5:] for line in run.out.splitlines() if line.startswith("SAID ")]
        assert len(said) == len(wrong) and all(sentence in line for line, (_, _, sentence) in zip(said, wrong)), run
        assert re.findall(r"^FINE (\w+)$", run.out, re.MULTILINE) == list(RIGHT_VALUES), run
        known = [name for group in json.loads((PIPELINE / "nextflow_schema.json").read_text())["$defs"].values() for name in group["properties"]]
        for parser in ("v1", "v2"):
            run = place.run(PIPELINE, "--help", NXF_SYNTAX_PARSER=parser).counted(succeeded=0, failed=0)
            assert re.findall(r"^  --(\w+) +\S", run.out, re.MULTILINE) == known, run
        for number, (words, *sentences) in enumerate(WRONG_WORDS):
            run = place.run(PIPELINE, *words, NXF_SYNTAX_PARSER=("v1", "v2")[number % 2])
            assert run.code != 0 and all(sentence in run.said() for sentence in sentences) and not place.trace(), (sentences, run)


def damaged(program):
    """One of three is cut short: the run fails, and with --keep_going the others are there all the same."""
    with Place(program) as place:
        (place.folder / "bad.h5ad").write_bytes(CELLS.read_bytes()[:50000])
        (place.folder / "my cell's [1] & (2);.h5ad").symlink_to(CELLS)
        (place.folder / "sheet.csv").write_text(f"sample,filtered\none,{CELLS}\nbad,bad.h5ad\ntwo,my cell's [1] & (2);.h5ad\n")
        run = place.run(PIPELINE, "--input", "sheet.csv", "--outdir", "stopped")
        assert run.code != 0 and "the file is cut short" in run.said() and not (place.folder / "stopped" / "merged").exists(), run
        model = place.folder / "my model (1).gmodel"
        model.symlink_to(SOURCE / "data" / "models" / "pbmc.gmodel")
        for parser, words in (("v1", []), ("v2", ["--model", model])):
            run = place.run(PIPELINE, "--input", "sheet.csv", "--outdir", parser, "--keep_going", *words, NXF_SYNTAX_PARSER=parser)
            assert run.code != 0 and run.stats["ignored"] == 2 == run.stats["failed"], run
            why = re.search(r"and why is told by: nextflow (log \S+ -f \S+ -F) '([^']+)'", run.said())
            assert "the file is cut short" in place.nextflow(*why.group(1).split(), why.group(2)).out, run
            assert {path.name for path in (place.folder / parser / "samples").glob("*.h5ad")} == {"one.h5ad", "two.h5ad"}, run
            assert set(read(place, "multiqc/gemflow_cell_type_mqc.json", parser)["data"]) == {"one", "two"}
            assert (place.folder / parser / "pipeline_info" / "samples.tsv").read_text() == "sample\tstate\nbad\tfailed\none\tdone\ntwo\tdone\n"
            assert (place.folder / parser / "samples" / "one.h5ad").read_bytes() == undivided(place, *words, out=f"{parser}.h5ad")


def conditions_named(program):
    """A table of conditions, and a model, whose names have a space and more: the same cells as the undivided command's."""
    with Place(program) as place:
        model = place.folder / "my model (1).gmodel"
        model.symlink_to(SOURCE / "data" / "models" / "pbmc.gmodel")
        table = place.folder / "my conditions (1).tsv"
        table.write_text("name\tperturbation_ontology_id\na\t\nb\tENSG00000171855\n")
        place.run(PIPELINE, "--mode", "generate", "--conditions", table, "--conditions_per_task", 1, "--model", model).counted(succeeded=3, failed=0)
        subprocess.run([place.program, "generate", "--model", model, "--conditions", table, "-o", place.folder / "whole.h5ad", "--quiet"], check=True, env=place.environment())
        assert (place.folder / "results/samples/my_conditions_1_.h5ad").read_bytes() == (place.folder / "whole.h5ad").read_bytes()


def strict_syntax(program):
    with Place(program) as place:
        done = subprocess.run(["java", "-cp", f"{RUNTIME / 'lib'}/*", HERE / "NfLint.java", PIPELINE], capture_output=True, text=True,
                              env=place.environment())
        assert done.returncode == 0 and ", 0 error(s), 0 warning(s)" in done.stdout and int(done.stdout.split()[0]) >= 38, done
        (place.folder / "bad.nf").write_text("import java.nio.file.Path\nworkflow { for (x in [1]) { println(x) } }\n")
        done = subprocess.run(["java", "-cp", f"{RUNTIME / 'lib'}/*", HERE / "NfLint.java", place.folder / "bad.nf"], capture_output=True, text=True,
                              env=place.environment())
        assert done.returncode == 1 and "error:" in done.stdout, done


def main(program, *names):
    return run_checks((strict_syntax, samplesheets, parameters, damaged, conditions_named, profile_test, first_parser, asked_otherwise), program, names)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
