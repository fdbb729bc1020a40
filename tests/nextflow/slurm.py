# SPDX-License-Identifier: Apache-2.0
"""slurm.py PROGRAM: the pipeline on a real SLURM of one node, by `-profile slurm`: its chunks are job arrays, a task that failed with 104 is
submitted again, the whole is the undivided run's to the byte, and a second run is all cached. Then tasks of no work, whose times are
printed as JSON for docs/scale_figures.json and not judged. Root and SLURM are needed; the daemons end with this process, however it ends."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline import CELLS, SHEET, undivided
from retries import FaultyPlace
from runs import HERE, PIPELINE, need_runtime, run_checks, skip

NODE = HERE / "bin" / "single-node-slurm"
QUICK = "executor { pollInterval = '1 sec'; queueStatInterval = '5 sec' }\n"  # the profile's own are those of a large cluster
FIELDS = "trace { raw = true; fields = 'name,native_id,status,submit,complete,workdir' }\n"


def need_slurm():
    missing = [name for name in ("slurmctld", "slurmd", "sbatch", "munged") if not shutil.which(name)]
    if missing:
        skip(f"no {', '.join(missing)} here; scripts/setup slow installs SLURM")
    if os.geteuid() != 0:
        skip("SLURM's daemons need root")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


@contextlib.contextmanager
def slurm():
    """Its folder. The daemons end when the pipe does: at the latest with this process, even by SIGKILL."""
    need_slurm()
    read, write = os.pipe()
    with tempfile.TemporaryDirectory(prefix="gemflow-slurm-", ignore_cleanup_errors=True) as name:
        ports = {"SLURM_PORT_CTLD": free_port(), "SLURM_PORT_D": free_port()}
        begun = subprocess.run([NODE, "start", name], stdin=read, capture_output=True, text=True, env={**os.environ, **ports})
        os.close(read)
        try:
            assert begun.returncode == 0, begun.stderr
            yield Path(name)
        finally:
            subprocess.run([NODE, "stop", name], check=False)
            os.close(write)


def daemons(folder):
    pids = [int((folder / f"{name}.pid").read_text()) for name in ("slurmctld", "slurmd", "munged") if (folder / f"{name}.pid").exists()]
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def arrays(place):
    """How many elements each job array that was submitted has."""
    found = [re.findall(r"^#SBATCH --array 0-(\d+)", path.read_text(), re.MULTILINE) for path in place.folder.glob("work/*/*/.command.run")]
    return sorted(int(last) + 1 for one in found for last in one)


class SlurmPlace(FaultyPlace):
    def __init__(self, program, node, *faults):
        super().__init__(program, *faults)
        self.node = node
        (self.folder / "sheet.csv").write_text(SHEET + f"one,{CELLS},,\ntwo,{CELLS},,\n")
        (self.folder / "quick.config").write_text(QUICK)

    def environment(self, **more):
        return super().environment(SLURM_CONF=self.node / "slurm.conf", **more)

    def asked(self, *words):
        return subprocess.run(words, check=True, capture_output=True, text=True, env=self.environment()).stdout

    def words_of_run(self, *more):
        return super().words_of_run("-profile", "slurm", "-c", "quick.config", *more)


def pipeline(program, node):
    with SlurmPlace(program, node, ("exit", "once", 104, "--rows 0:200")) as place:
        place.run(*place.words_of_run()).counted(succeeded=15, cached=0, retries=1)
        assert arrays(place) == [6], f"six chunks are one job array, not {arrays(place)}"
        trace = place.trace()
        chunks = [row["native_id"] for row in trace if "PREDICTMETADATA" in row["name"]]
        elements = [job for job in chunks if "_" in job]
        assert len(chunks) == 7 and sorted(job.split("_")[1] for job in elements) == list("012345"), chunks
        jobs = place.asked("squeue", "--noheader", "-r", "-t", "all", "-o", "%A %F %K %t").splitlines()
        known = {words[1] + (f"_{words[2]}" if words[2] != "N/A" else ""): words[3] for words in map(str.split, jobs)}
        assert sorted(known) == sorted(row["native_id"] for row in trace), "what SLURM ran is not what the trace tells"
        assert sorted(known.values()) == ["CD"] * 15 + ["F"], known  # completed, and the one that failed
        assert len(place.calls("--rows 0:200")) == 3, place.calls("")
        whole = undivided(place)
        for sample in ("one", "two"):
            assert (place.folder / "results" / "samples" / f"{sample}.h5ad").read_bytes() == whole, f"{sample} is not the undivided run's"
        place.run(*place.words_of_run(), "-resume").counted(succeeded=0, cached=15)
        assert len(place.asked("squeue", "--noheader", "-r", "-t", "all").splitlines()) == 16, "a job was submitted for what is cached"


def noops(place, tasks, *words):
    """Of tasks of no work: seconds from submitted to known as done (median), seconds of the script around one (median), seconds that each
    keeps a core from the next one where they queue, and how many were submitted a second."""
    place.run(HERE / "noop.nf", "-c", "noop.config", "--tasks", tasks, *words).counted(succeeded=tasks, failed=0)
    rows, cores = place.trace(), os.cpu_count()
    submitted = sorted(int(row["submit"]) / 1000 for row in rows)
    begun, ended = (sorted((Path(row["workdir"]) / name).stat().st_mtime for row in rows) for name in (".command.begin", ".exitcode"))
    known = sorted((int(row["complete"]) - int(row["submit"])) / 1000 for row in rows)
    spread = submitted[-1] - submitted[0]
    return {"known": round(known[tasks // 2], 1), "script": round(sorted(e - b for b, e in zip(begun, ended))[tasks // 2], 2),
            "held": round((ended[-1] - begun[0]) * cores / tasks, 2), "submitted": round((tasks - 1) / spread, 1) if spread else None}


def measured(program, node):
    with SlurmPlace(program, node) as place:
        profile = (PIPELINE / "conf" / "slurm.config").read_text()
        (place.folder / "noop.config").write_text(profile + FIELDS)
        lone = noops(place, 3, "-process.maxForks", 1)
        assert not arrays(place)
        single = noops(place, 40)
        assert not arrays(place)
        array = noops(place, 40, "-process.array", 40)
        assert arrays(place) == [40], arrays(place)
        print(json.dumps({"cores": os.cpu_count(), "lone": lone, "single": single, "array": array}), flush=True)


def ended_with_its_owner(program, node):
    """Another SLURM, whose owner is killed: its daemons end."""
    code = ("import sys, time; sys.path.insert(0, sys.argv[1]); import slurm\n"
            "with slurm.slurm() as folder: print(folder, flush=True); time.sleep(600)")
    with subprocess.Popen([sys.executable, "-c", code, HERE], stdout=subprocess.PIPE, text=True) as owner:
        folder = Path(owner.stdout.readline().strip())
        pids = daemons(folder)
        owner.kill()
    assert len(pids) == 3, pids
    until = time.monotonic() + 120
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < until, "daemons outlive their owner"
        time.sleep(0.2)
    shutil.rmtree(folder, ignore_errors=True)


def main(program, *names):
    need_runtime()
    with slurm() as node:
        code = run_checks((pipeline, measured, ended_with_its_owner), program, names, node)
    assert not daemons(node), "daemons are left"
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
