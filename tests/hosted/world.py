# SPDX-License-Identifier: Apache-2.0
"""What the tests of hosted models share: a scripted server, a small input, gemflow in an environment of its own.

    with World(program, statuses=["ready"]) as world:
        run = world.predict(flight=4)

Each World has a folder, with a cache and an output of its own. `GEMFLOW_TEST_PACE` lets the client's waits pass quickly."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

SUPPORT = Path(__file__).resolve().parent.parent / "support"
KEY = "canary-6b1f0a"
GENES = [f"ENSG0000000{n:04d}" for n in range(1, 7)]
N_CELLS = 7
# Each command with its model, on the same cells and in as many batches.
COMMANDS = {
    "predict-metadata": ("gem-1-sc_predict-metadata", ["predict-metadata", "CELLS", "--decoder-sample"]),
    "generate": ("gem-1-sc", ["generate", "--set", "sex=male", "--num-samples", N_CELLS]),
    "condition": ("gem-1-sc_reference-conditioning", ["condition", "CELLS", "--set", "perturbation_type=compound"]),
    "condition --new-cells": ("gem-1-sc_reference-conditioning", ["condition", "CELLS", "--set", "perturbation_type=compound", "--new-cells"]),
}
BATCHES = 3  # of N_CELLS, three at a time


def count(cell, gene):
    return (cell * 5 + gene * 3) % 7 * (cell + gene) % 11 + (gene == 0)


def write_cells(path):
    lines = ["cell," + ",".join(GENES)]
    lines += [f"c{cell}," + ",".join(str(count(cell, gene)) for gene in range(len(GENES))) for cell in range(N_CELLS)]
    Path(path).write_text("\n".join(lines) + "\n")


class Run:
    """How a run of gemflow ended."""

    def __init__(self, words, done):
        self.words, self.code, self.out, self.err = words, done.returncode, done.stdout, done.stderr

    def __repr__(self):
        return f"gemflow {' '.join(map(str, self.words))}\nexit {self.code}\n{self.out}{self.err}"


class World:
    def __init__(self, program, paths=None, other=None, folder=None, **full):
        self.program = str(program)
        self.made = None if folder else tempfile.TemporaryDirectory(prefix="gemflow-hosted-")
        self.folder = Path(folder or self.made.name)
        self.cells = self.folder / "cells.csv"
        self.out = self.folder / "out" / "out.h5ad"
        self.out.parent.mkdir(exist_ok=True)
        self.log = self.folder / "log.jsonl"
        self.script = {"token": KEY, "full": {"genes": GENES, "statuses": ["running", "ready"], **full}}
        self.script.update({name: value for name, value in (("paths", paths), ("other", other)) if value})
        write_cells(self.cells)
        self.genes = self.folder / "genes.txt"
        self.genes.write_text("\n".join(GENES) + "\n")

    def __enter__(self):
        script = self.folder / "script.json"
        script.write_text(json.dumps(self.script))
        self.server = subprocess.Popen([sys.executable, SUPPORT / "scripted_api.py", "--script", script, "--log", self.log],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ports = json.loads(self.server.stdout.readline())
        return self

    def __exit__(self, *_):
        self.end_server()
        if self.made:
            self.made.cleanup()

    def end_server(self):
        if self.server.poll() is None:
            self.server.stdin.close()
            self.server.wait()
        self.server.stdout.close()

    def environment(self, **more):
        given = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GEMFLOW_CACHE_DIR": str(self.folder / "cache"),
                 "SYNTHESIZE_API_BASE_URL": f"http://127.0.0.1:{self.ports['api']}", "SYNTHESIZE_API_KEY": KEY,
                 "GEMFLOW_TEST_PACE": "300", "LC_ALL": "C.UTF-8"}
        given.update({name: os.environ[name] for name in os.environ if name.endswith("SAN_OPTIONS")})
        given.update({name: str(value) for name, value in more.items()})
        return {name: value for name, value in given.items() if value != ""}

    def run(self, *words, folder=None, **more):
        words = [str(word) for word in words]
        done = subprocess.run([self.program, *words], env=self.environment(**more), cwd=folder or self.folder,
                              capture_output=True, text=True, timeout=300)
        return Run(words, done)

    def start(self, *words, folder=None, **more):
        return subprocess.Popen([self.program, *map(str, words)], env=self.environment(**more), cwd=folder or self.folder,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def words(self, *more, flight=1, batch=3, out=None, learns=False, command="predict-metadata"):
        """Of a run in batches; `learns`: the model's genes are asked for, else they are given."""
        given = [] if learns else ["--gene-order", self.genes]
        begin = [self.cells if word == "CELLS" else word for word in COMMANDS[command][1]]
        return [*begin, "-o", out or self.out, "--model", "synthesize:gem-1-sc", "--batch-size", batch, "--max-in-flight", flight, *given, *more]

    def predict(self, *more, **how):
        return self.run(*self.words(*more, **how))

    # --- what the server saw --------------------------------------------------------------------------------------------------

    def requests(self):
        """Lines that are whole: the server may be writing one."""
        lines = self.log.read_text().splitlines(keepends=True) if self.log.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def charges(self, model="gem-1-sc_predict-metadata"):
        """Times that each different body was charged, of the model's own queries."""
        times = {}
        for entry in self.requests():
            if "charged" in entry and f"/{model}/predict" in entry["path"]:
                times[entry["charged"]["sha256"]] = entry["charged"]["times"]
        return sorted(times.values())

    def submissions(self):
        return [entry for entry in self.requests() if entry["method"] == "POST"]

    # --- what is left behind --------------------------------------------------------------------------------------------------

    def journal(self, root=None):
        found = sorted((root or Path(str(self.out) + ".journal")).glob("*/journal.sqlite"))
        assert len(found) == 1, found
        return found[0].parent

    def batches(self, root=None):
        """The journal's rows, as another reader sees them: of a copy, since a change that a kill cut short is undone by its reader."""
        with tempfile.TemporaryDirectory() as copy:
            for file in self.journal(root).glob("journal.sqlite*"):
                shutil.copy(file, copy)
            database = sqlite3.connect(Path(copy) / "journal.sqlite")
            database.row_factory = sqlite3.Row
            has_rows = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'batch'").fetchone()
            rows = [dict(row) for row in database.execute("SELECT * FROM batch ORDER BY first, n DESC")] if has_rows else []
            database.close()
        return rows

    def left_over(self):
        """What lies beside OUT and is neither OUT nor its journal."""
        return sorted(path.name for path in self.out.parent.iterdir() if path.name not in (self.out.name, self.out.name + ".journal"))


def undisturbed(program, *words, out="out.h5ad", **how):
    """The bytes that a run without trouble writes."""
    with World(program) as world:
        run = world.predict(*words, out=world.out.with_name(out), **how)
        assert run.code == 0, run
        return world.out.with_name(out).read_bytes()


def same_words(wanted, text):
    """Whether the pieces stand in the text, in this order; a line's break counts as a blank."""
    return re.search(".*".join(re.escape(piece) for piece in wanted), " ".join(text.split())) is not None
