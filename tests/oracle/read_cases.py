"""Every file of GEMFLOW_SHARED's cases and data: what is read equals what the oracle reads, what is refused says why.

    python read_cases.py DUMP_COUNTS [renew]

cases.tsv has one row a file:

    FILE  refused  KIND  SENTENCE             nothing is read of it; the kind of the error is its exit code
    FILE  ORACLE   MATRIX                     read as the oracle does (cases.py); counts were found in this matrix
    FILE  ORACLE   KIND  SENTENCE             the same, but no matrix of it holds counts

It fails for a file that has no row, for a row whose file is gone, and for a sentence that changed. `renew` writes anew what the
program says now: read the difference before it is committed.
"""

import os
import sys
import tempfile
from pathlib import Path

import cases
from dumped import dump

TABLE = Path(__file__).with_name("cases.tsv")
SHARED = Path(os.environ["GEMFLOW_SHARED"])
EXITS = {"input": 3, "unsupported": 4}


def said(path, *wishes):
    """The matrix that is chosen; kind and sentence where there is none."""
    lines = {line[0]: line[1:] for line in dump(path, "cells=1", *wishes)}
    if "error" not in lines:
        return [lines["matrix"][0]]
    kind, sentence = lines["error"]
    return [kind, sentence.replace(f"{SHARED}/", "").removesuffix(" | ")]


def files_there():
    folders = (SHARED / "cases", SHARED / "data")
    return sorted(str(path.relative_to(SHARED)) for folder in folders for path in folder.rglob("*") if path.is_file())


def read_table():
    rows = [line.split("\t") for line in TABLE.read_text().splitlines() if not line.startswith("#")]
    return {row[0]: row[1:] for row in rows}


def fault_of(name, row, work):
    """What is not as its row says; nothing where all is."""
    path = SHARED / name
    oracle, *expected = row
    found = said(path, *(["any"] if oracle == "refused" else []))
    if found != expected:
        return f"expected {expected}, found {found}"
    if oracle == "refused":
        return None if len(found) == 2 and found[0] in EXITS else "it is read"
    try:
        function, *arguments = oracle.split()
        getattr(cases, f"same_as_{function}")(path, work, *arguments)
    except SystemExit as differs:
        return str(differs)
    return None


def renew(table):
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("#")]
    for name in files_there():
        path, oracle = SHARED / name, table.get(name, ["?"])[0]
        refusal = said(path, "any")
        lines.append("\t".join([name, "refused", *refusal] if len(refusal) == 2 else [name, oracle, *said(path)]))
    TABLE.write_text("\n".join(lines) + "\n")


def main():
    if not SHARED.is_dir():
        print("skipped: no shared files")
        sys.exit(77)
    table, there = read_table(), files_there()
    if sys.argv[2:] == ["renew"]:
        return renew(table)
    faults = [f"{name}: no row in cases.tsv" for name in there if name not in table]
    faults += [f"{name}: in cases.tsv, but not there" for name in table if name not in there]
    with tempfile.TemporaryDirectory() as work:
        for name in sorted(set(table) & set(there)):
            fault = fault_of(name, table[name], Path(work))
            faults += [f"{name}: {fault}"] if fault else []
    n_refused = sum(row[0] == "refused" for row in table.values())
    print(f"{len(there)} files: {len(there) - n_refused} read, {n_refused} refused")
    if faults:
        raise SystemExit("\n".join(faults))


main()
