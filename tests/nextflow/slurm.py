# SPDX-License-Identifier: Apache-2.0
"""slurm.py PROGRAM: the pipeline on a real SLURM of one node: predictions go as a job array, 104 is retried there, a second run is cached,
and the sample has the bytes of the undivided command. Prints what a task that does next to nothing takes (docs/scale.md)."""

import os
import re
import shutil
import subprocess
import sys
import time

from pipeline import undivided
from retries import FaultyPlace
from runs import HERE, skip

# A node of a laptop's size, and a scheduler that is asked often: a test should not wait. Not by -c (see runs.py).
HASTE = """
process.resourceLimits = [cpus: 1, memory: 2.GB, time: 1.h]
executor.pollInterval = '1 sec'
executor.queueStatInterval = '3 sec'
trace.raw = true
trace.fields = 'name,status,submit,complete'
"""
EMPTY_TASKS = """
process EMPTY {
    input: val(n)
    output: val(n)
    script: 'true'
}
workflow { EMPTY(channel.of(1..20)) }
"""


class Node:
    def __init__(self, folder):
        self.folder = folder / "slurm"
        self.folder.mkdir()

    def __enter__(self):
        done = subprocess.run([HERE / "slurm_node", "start", self.folder], capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            self.__exit__()
            raise AssertionError(done.stderr)
        self.conf = done.stdout.strip()
        return self

    def __exit__(self, *_):
        subprocess.run([HERE / "slurm_node", "stop", self.folder], check=False, timeout=60)
        time.sleep(1)  # their files lie in a folder that goes


def need_slurm():
    missing = [name for name in ("munged", "slurmctld", "slurmd", "sbatch") if not shutil.which(name)]
    if missing or os.getuid() != 0:
        skip(f"needs root and {', '.join(missing) or 'SLURM'}: apt-get install slurmctld slurmd slurm-client munge")


def pipeline_on(node, place):
    words = place.words_of_run("-profile", "slurm")
    place.run(*words, SLURM_CONF=node.conf).counted(succeeded=7, cached=0, retries=1)
    assert len(place.calls("--rows 0:200")) == 2, place.calls("")
    jobs = {path.read_text() for path in place.folder.glob("work/*/*/.command.run")}
    arrays = [text for text in jobs if re.search(r"^#SBATCH --array 0-2$", text, re.MULTILINE)]
    assert len(arrays) == 1, "the three predictions are not one job array"
    assert place.sample() == undivided(place), "other bytes than the undivided run's"
    place.run(*words, "-resume", SLURM_CONF=node.conf).counted(succeeded=0, cached=7)


def overhead_on(node, place):
    (place.folder / "empty.nf").write_text(EMPTY_TASKS)
    place.run("empty.nf", "-process.executor", "slurm", "-process.memory", "100 MB", SLURM_CONF=node.conf).counted(succeeded=20)
    submits, completes = ([int(row[name]) / 1000 for row in place.trace()] for name in ("submit", "complete"))
    took = sorted(end - begin for begin, end in zip(submits, completes))[10]
    print(f"20 empty tasks: {took:.1f} s each from submission to end (median), {(max(submits) - min(submits)) / 19:.3f} s between submissions, "
          f"{max(completes) - min(submits):.1f} s in all")


def main(program):
    need_slurm()
    with FaultyPlace(program, ("exit", "once", 104, "--rows 0:200")) as place, Node(place.folder) as node:
        with open(place.folder / "home" / "config", "a", encoding="utf-8") as config:
            config.write(HASTE)
        pipeline_on(node, place)
        overhead_on(node, place)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
