# SPDX-License-Identifier: Apache-2.0
"""What --json writes is what docs/json-schema.json promises: json_schema_test.py GEMFLOW SCHEMA IMMUNE_CELLS SOME_JOURNALS"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema

gemflow, schema_path, immune_cells, some_journals = sys.argv[1:5]
schema = json.loads(Path(schema_path).read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)


def summary_of(words, folder):
    done = subprocess.run([gemflow, *words, "--json"], cwd=folder, capture_output=True, text=True, timeout=300)
    document = json.loads(done.stdout)
    faults = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
    assert not faults, f"{words}: {faults}\n{done.stdout[:2000]}"
    assert document["exit_code"] == done.returncode, words
    return document


with tempfile.TemporaryDirectory() as folder:
    Path(folder, "cells.csv").write_text("cell,A,B\nc1,1,0\nc2,0,2000\n")
    Path(folder, "logs.csv").write_text("cell,A,B\nc1,0.25,0\nc2,0,1.75\n")
    Path(folder, "order.txt").write_text("B\nC\n")
    subprocess.run([some_journals, "done", "open", "failed"], cwd=folder, check=True)
    good = [
        ["formats"],
        ["status", "done"],
        ["completion", "bash"],
        ["models"],
        ["models", "echo"],
        ["models", "echo", "--values", "depth"],
        ["models", "default", "--example-query"],
        ["inspect", immune_cells],
        ["inspect", "cells.csv"],
        ["convert", "cells.csv", "-o", "a.tsv"],
        ["convert", "cells.csv", "-o", "b.tsv", "--gene-order", "order.txt"],
        ["predict-metadata", "cells.csv", "-o", "c.tsv", "--model", "echo"],
        ["predict-metadata", "cells.csv", "-o", "c.h5ad", "--model", "echo"],
        ["predict-metadata", "c.h5ad", "-o", "h.tsv", "--model", "echo", "--check", "gemflow_depth=depth", "--prefix", "again"],
        ["condition", "cells.csv", "-o", "e.h5ad", "--model", "echo", "--set", "sex=male", "--with-control", "--top-genes", "2"],
        ["table", "c.h5ad", "--what", "labels", "-o", "f.tsv"],
        ["plan", "cells.csv", "c.h5ad", "-o", "plan.csv", "--model", "echo"],
        ["predict-metadata", "cells.csv", "-o", "part_0.h5ad", "--model", "echo", "--rows", "0:1", "--part"],
        ["predict-metadata", "cells.csv", "-o", "part_1.h5ad", "--model", "echo", "--rows", "1:", "--part"],
        ["merge", "cells.csv", "part_1.h5ad", "part_0.h5ad", "-o", "merged.csv"],
        ["generate", "--set", "cell_type=CL:0000236", "--rows", "0:1", "--part", "-o", "made.h5ad"],
        ["merge", "made.h5ad", "-o", "made.tsv"],
    ]
    bad = {
        2: [["formats", "--nothing"], ["nothing"], ["convert", "cells.csv", "-o", "a.tsv"]],
        3: [["inspect", "no_such_file"], ["predict-metadata", "logs.csv", "-o", "d.tsv", "--model", "echo"]],
        4: [["table", "cells.csv", "--what", "labels", "-o", "g.tsv"], ["generate", "--set", "a=b", "-o", "e.csv", "--model", "echo"]],
        5: [["convert", "cells.csv", "-o", "no/such/folder.csv"]],
        6: [["models", "no_such_model"], ["status", "failed"]],
        75: [["status", "open"]],
    }
    for words in good:
        document = summary_of(words, folder)
        assert document["ok"], (words, document["message"])
    for code, runs in bad.items():
        for words in runs:
            assert summary_of(words, folder)["exit_code"] == code, words

    # The whole inspection is there, and its numbers are the file's.
    found = summary_of(["inspect", immune_cells], folder)["result"]
    assert (found["n_cells"], found["n_genes"], found["counts_in"]) == (559, 32786, "X"), found
    assert found["matrices"][0]["n_nonzeros"] == 1027859

    # The schema is not so wide that anything fits.
    document = summary_of(["formats"], folder)
    for key, value in [("exit_code", 1), ("command", "tables"), ("ok", False), ("result", {}), ("more", 1)]:
        assert not validator.is_valid({**document, key: value}), key
