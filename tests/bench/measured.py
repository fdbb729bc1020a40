# SPDX-License-Identifier: Apache-2.0
"""Runs one command and says what it took. Standard library only: a small parent keeps a child's peak memory honest."""
import json
import os
import subprocess
import time
from dataclasses import dataclass, field


@dataclass
class Run:
    wall: float            # seconds; of the job alone where the program says so, else of the whole process
    cpu: float
    peak_mb: float
    imports: float = 0.0   # seconds before the job began
    told: dict = field(default_factory=dict)


def forget_pages(path):
    """Drops the file from the page cache: what follows reads from the disk."""
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(handle)


def run(command, cold=None, output=None):
    """REQUIRES: a command that exits with 0; its last line on stdout may be JSON with wall, cpu and imports."""
    if output and os.path.exists(output):
        os.unlink(output)
    if cold:
        forget_pages(cold)
    began = time.perf_counter()
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    if status != 0:
        raise SystemExit(f"failed: {' '.join(map(str, command))}\n{out}{err}")
    child.returncode = 0
    told = json.loads(out.splitlines()[-1]) if out.strip().endswith("}") else {}
    return Run(told.get("wall", wall), told.get("cpu", usage.ru_utime + usage.ru_stime), usage.ru_maxrss / 1024,
               told.get("imports", 0.0), told)


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
