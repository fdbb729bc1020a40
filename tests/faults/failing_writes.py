# SPDX-License-Identifier: Apache-2.0
"""failing_writes.py SHIM GEMFLOW LIBRARY_USER TOY: every call that writes fails once, and from then on, and is where the process is
killed (SHIM: failing_writes.cpp). Whatever happens: OUT is as it was or whole, the input is untouched, an error is exit code 5
with a sentence, no signal is raised, and nothing is left beside OUT, but after a kill.

One exception: HDF5 1.10.8 does not survive a write that fails while it copies objects (H5Ocopy), which `convert` asks it to do. There
a signal counts as a kill, and is counted; a full disk is met before, by the call that reserves room."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

io_error = 5
killed = -signal.SIGKILL
crashes = (-signal.SIGSEGV, -signal.SIGABRT)
faults = [(number, stays) for number in (errno.ENOSPC, errno.EIO) for stays in (False, True)] + [("KILL", False)]
old_content = b"an older file of that name\n"


def run(shim, command, **given):
    environment = {**os.environ, "LD_PRELOAD": shim, **{name: str(value) for name, value in given.items()}}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def calls_of(shim, command, out):
    """The calls that a run makes, and what it writes."""
    log = out.with_name("log")
    done = run(shim, command, FAULT_LOG=log)
    assert done.returncode == 0, done.stderr
    calls, whole = log.read_text().split(), out.read_bytes()
    log.unlink()
    out.unlink()
    return calls, whole


def check(done, call, fault, out, before, whole):
    left = sorted(path.name for path in out.parent.iterdir())
    now = out.read_bytes() if out.exists() else None
    if fault == "KILL":
        assert done.returncode == killed, done
        assert now in (before, whole)
        return
    if done.returncode == 0 and call == "open":  # HDF5 tries twice
        assert now == whole and left == [out.name], left
        return
    if done.returncode in crashes and call == "pwrite" and "convert" in done.args:
        assert now == before
        return
    assert done.returncode == io_error, done
    assert out.name in done.stderr, done.stderr
    assert now == before, "it was replaced" if now is not None else "it is gone"
    assert left == ([] if before is None else [out.name]), left


def inject(shim, command, overwrite, out):
    """Number of runs."""
    calls, whole = calls_of(shim, command, out)
    runs = n_crashes = 0
    for number, call in enumerate(calls, start=1):
        # Whether there was an older file matters where names are given; elsewhere the two take turns.
        befores = [None, old_content] if call != "pwrite" else [None if number % 2 else old_content]
        for fault, stays in faults:
            for before in befores:
                if before is not None:
                    out.write_bytes(before)
                done = run(shim, command + (overwrite if before else []), FAULT_AT=number, FAULT=fault, FAULT_STAYS=int(stays))
                try:
                    check(done, call, fault, out, before, whole)
                except AssertionError as error:
                    raise AssertionError(f"{' '.join(command)}: call {number}, {call}: {fault}, stays: {stays}: {error}") from error
                runs += 1
                n_crashes += done.returncode in crashes
                for path in out.parent.iterdir():
                    path.unlink()
    return len(calls), runs, n_crashes


def main(shim, gemflow, library_user, toy):
    content = Path(toy).read_bytes()
    predict = ["predict-metadata", toy, "--min-overlap", "0.001", "--max-outliers", "1"]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as made:
        parts = [str(Path(made) / name) for name in ("part_0.h5ad", "part_1.h5ad")]
        for part, rows in zip(parts, ("0:5", "5:")):
            subprocess.run([gemflow, *predict, "--rows", rows, "--part", "-o", part, "-q"], check=True)
        for command, name, overwrite in [
            ([gemflow, *predict, "--rows", "0:5", "--part", "-o"], "part.h5ad", ["--overwrite"]),
            ([gemflow, "merge", toy, *parts, "-o"], "merged.h5ad", ["--overwrite"]),
            ([gemflow, "merge", toy, *parts, "-o"], "merged.csv", ["--overwrite"]),
            ([gemflow, *predict, "-o"], "labels.csv", ["--overwrite"]),
            ([gemflow, *predict, "-o"], "labels.csv.gz", ["--overwrite"]),
            ([gemflow, *predict, "-o"], "annotated.h5ad", ["--overwrite"]),
            ([gemflow, "convert", toy, "-o"], "converted.h5ad", ["--overwrite"]),
            ([library_user, "annotate", toy], "annotated.h5ad", ["overwrite"]),
            ([library_user, "convert", toy], "converted.h5ad", ["overwrite"]),
        ]:
            out = Path(folder) / name
            n_calls, n_runs, n_crashes = inject(shim, [*command, str(out)], overwrite, out)
            print(f"{Path(command[0]).name} {command[1]} to {name}: {n_calls} calls, {n_runs} faults, {n_crashes} of them killed HDF5",
                  flush=True)
    assert Path(toy).read_bytes() == content


if __name__ == "__main__":
    main(*sys.argv[1:])
