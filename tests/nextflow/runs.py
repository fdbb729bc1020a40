# SPDX-License-Identifier: Apache-2.0
"""What the tests with a real Nextflow share: a folder of their own to run in, runs, and what the runs counted.

    with Place(program) as place:
        run = place.run("main.nf", "-profile", "test")
        assert run.stats["succeeded"] == 9, run

A start of Nextflow takes seconds: pack checks into few runs. Each Place has its own NXF_HOME, hence its own secrets."""

import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
PIPELINE = SOURCE / "nextflow"
RUNTIME = Path(os.environ.get("GEMFLOW_NEXTFLOW") or SOURCE / "build" / "nextflow")
STATS = re.compile(r"^RUN_STATS (.*)$", re.MULTILINE)


def skip(why):
    """A developer's machine may lack it; where CI=true that is a failure."""
    print(f"skipped: {why}")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)


def need_runtime():
    if not shutil.which(os.environ.get("JAVA_CMD", "java")):
        skip("no java here; scripts/setup test installs it")
    if not list((RUNTIME / "lib").glob("nextflow-*.jar")):
        skip(f"no Nextflow in '{RUNTIME}'; scripts/nextflow-runtime puts it there (with Maven)")


def need_tools(folder, pinned):
    """A Python environment with one package from the index, kept for the next test."""
    made_from = folder / "made-from"
    if made_from.exists() and made_from.read_text() == pinned:
        return
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    done = subprocess.run([folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", pinned], capture_output=True, text=True)
    if done.returncode != 0:
        skip(f"{pinned} cannot be installed: {done.stderr[-500:]}")
    made_from.write_text(pinned)


class Run:
    """How a run ended: exit code, what it said, and its own counters (none when it did not get that far)."""

    def __init__(self, words, folder, done):
        self.words, self.folder, self.code, self.out, self.err = words, folder, done.returncode, done.stdout, done.stderr
        found = STATS.findall(self.out)
        pairs = (pair.split("=") for pair in found[-1].split()) if found else ()
        self.stats = {name: int(value) for name, value in pairs}

    def said(self):
        return self.out + self.err

    def __repr__(self):
        log = self.folder / ".nextflow.log"
        tail = "" if self.code == 0 or not log.exists() else "".join(log.read_text(errors="replace").splitlines(True)[-40:])
        return f"nextflow {' '.join(map(str, self.words))}\nexit {self.code}\n{self.out}{self.err}{tail}"

    def counted(self, **wanted):
        """The counters that are named are these, and the run went well."""
        seen = {name: self.stats.get(name) for name in wanted}
        assert self.code == 0 and seen == wanted, f"wanted {wanted}, counted {self.stats}: {self}"
        return self


class Place:
    def __init__(self, program, folder=None):
        need_runtime()
        self.program = Path(program).resolve()
        self.made = None if folder else tempfile.TemporaryDirectory(prefix="gemflow-nextflow-")
        self.folder = Path(folder or self.made.name)
        self.bin = self.folder / "bin"
        self.bin.mkdir(parents=True, exist_ok=True)
        link = self.bin / "gemflow"  # the launcher's PATH has this gemflow, whatever else is installed
        link.unlink(missing_ok=True)
        link.symlink_to(self.program)
        # The counters come with every run. Not by -c: the strict parser of 25.04.4 then forgets the profiles of the pipeline.
        (self.folder / "home").mkdir(exist_ok=True)
        shutil.copy(HERE / "run-stats.config", self.folder / "home" / "config")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.made and not (kind and os.environ.get("GEMFLOW_KEEP")):
            self.made.cleanup()
        elif self.made:
            self.made._finalizer.detach()
            print(f"kept: {self.folder}")

    def environment(self, **more):
        given = {"PATH": f"{self.bin}:{HERE / 'bin'}:{os.environ['PATH']}", "HOME": str(self.folder), "LC_ALL": "C.UTF-8",
                 "NXF_LIB": str(RUNTIME / "lib"), "NXF_CDS": str(RUNTIME / "nxf.jsa"), "NXF_HOME": str(self.folder / "home"),
                 "NXF_SYNTAX_PARSER": "v1", "JAVA_HOME": os.environ.get("JAVA_HOME", ""), "GEMFLOW_OFFLINE": "1"}
        given.update({name: str(value) for name, value in more.items()})
        return {name: value for name, value in given.items() if value != ""}

    def nextflow(self, *words, folder=None, **more):
        folder = Path(folder or self.folder)
        done = subprocess.run(["nextflow", *map(str, words)], cwd=folder, env=self.environment(**more), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=900)
        return Run(words, folder, done)

    def words(self, script, *words):
        """Of a run with counters, and a trace in trace.txt."""
        return ["run", script, "-with-trace", "trace.txt", *words]

    def run(self, script, *words, **more):
        (Path(more.get("folder") or self.folder) / "trace.txt").unlink(missing_ok=True)
        return self.nextflow(*self.words(script, *words), **more)

    def start(self, script, *words, folder=None, **more):
        return subprocess.Popen(["nextflow", *map(str, self.words(script, *words))], cwd=folder or self.folder,
                                env=self.environment(**more), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def trace(self, folder=None):
        """Rows of the last run's trace."""
        with open(Path(folder or self.folder) / "trace.txt", newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file, delimiter="\t"))

    def tasks(self, status, folder=None):
        """Names of the last run's tasks that ended so, without the workflow's, sorted."""
        return sorted(row["name"].split(":")[-1] for row in self.trace(folder) if row["status"] == status)


def run_checks(checks, program, names, *more):
    """Those that are named, else all, of PROGRAM and what else they take, each with the seconds that it took. An exit code."""
    chosen = {check.__name__: check for check in checks}
    for name in names or chosen:
        begun = time.monotonic()
        chosen[name](program, *more)
        print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)
    return 0
