# SPDX-License-Identifier: Apache-2.0
"""Runs the README's Python block, word for word, on what its commands wrote, and reads its table as R and pandas do.

    in_scanpy.py README SCRATCH
"""
import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd


def blocks(readme, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)


def run(code, names):
    """Values of the lines that only show something."""
    shown = []
    for statement in ast.parse(code).body:
        if isinstance(statement, ast.Expr):
            shown.append(eval(compile(ast.Expression(statement.value), "README.md", "eval"), names))
        else:
            exec(compile(ast.Module([statement], []), "README.md", "exec"), names)
    return shown


def check_scanpy(readme):
    (code,) = blocks(readme, "python")
    names = {}
    counts, latents = run(code, names)
    adata = names["adata"]
    assert adata.n_obs == 559, adata
    assert counts.sum() == adata.n_obs and len(counts) > 1, counts
    assert latents.shape[0] == adata.n_obs and latents.shape[1] > 1, latents.shape
    return adata


def check_table(adata):
    """AddMetaData takes rows by name and columns as they are."""
    table = pd.read_csv("labels.csv", index_col=0)
    assert list(table.index) == list(adata.obs_names), table.index
    labels = table["gemflow_cell_type"]
    assert (labels == adata.obs["gemflow_cell_type"].astype(str)).all(), labels
    return table


def check_r(readme, table):
    (reading,) = re.findall(r"AddMetaData\(object, (.*?)\)`", readme)
    if not shutil.which("Rscript"):
        print("no R here: read with pandas alone")
        return
    script = f'x <- {reading}; cat(nrow(x), ncol(x), as.character(x[["gemflow_cell_type"]]), rownames(x), sep = "\\n")'
    lines = subprocess.run(["Rscript", "-e", script], check=True, capture_output=True, text=True).stdout.splitlines()
    expected = [str(len(table)), str(table.shape[1]), *table["gemflow_cell_type"], *table.index]
    assert lines == expected, lines[:4]


def main():
    readme = Path(sys.argv[1]).read_text(encoding="utf-8")
    os.chdir(sys.argv[2])
    check_r(readme, check_table(check_scanpy(readme)))


main()
