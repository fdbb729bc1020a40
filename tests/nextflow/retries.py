# SPDX-License-Identifier: Apache-2.0
"""retries.py PROGRAM: exit codes 104 and 137 are retried, the latter with more memory; usage, input, outliers, model and what may be
paid never; what runs when a task fails is finished; a run whose JVM and task were killed (SIGKILL) goes on with what is left; and the
whole is the undivided run's to the byte."""

import os
import re
import signal
import sys
import time

from pipeline import CELLS, SHEET, undivided
from runs import HERE, PIPELINE, Place, run_checks


class FaultyPlace(Place):
    """gemflow of its tasks ends as `faults` say: (how, once or always, code, words)."""

    def __init__(self, program, *faults):
        super().__init__(program)
        self.faults = self.folder / "faults"
        self.faults.mkdir()
        link = self.bin / "gemflow"
        link.unlink()
        link.symlink_to(HERE / "faulty_gemflow")
        (self.folder / "sheet.csv").write_text(SHEET + f"one,{CELLS},,\n")
        for n, fault in enumerate(faults):
            (self.faults / f"fault_{n}").write_text(" ".join(map(str, fault)) + "\n")

    def environment(self, **more):
        return super().environment(FAULTS=self.faults, GEMFLOW=self.program, **more)

    def calls(self, words):
        return [line for line in (self.faults / "calls").read_text().splitlines() if words in line]

    def words_of_run(self, *more):
        return [PIPELINE, "--input", "sheet.csv", "--cells_per_task", 200, *more]

    def sample(self):
        return (self.folder / "results" / "samples" / "one.h5ad").read_bytes()


def memory_of(call):
    return int(re.search(r"--memory (\d+)M", call).group(1))


def retried(program):
    faults = ("exit", "once", 104, "--rows 0:200"), ("exit", "once", 137, "--rows 200:400")
    with FaultyPlace(program, *faults) as place:
        place.run(*place.words_of_run()).counted(succeeded=7, cached=0, retries=2)
        network, memory = place.calls("--rows 0:200"), place.calls("--rows 200:400")
        assert len(network) == len(memory) == 2 and len(place.calls("--rows 400:559")) == 1, place.calls("")
        assert memory_of(memory[1]) > 1.9 * memory_of(memory[0]), memory
        assert place.sample() == undivided(place), "other bytes than the undivided run's"


def never_retried(program, codes=(2, 3, 4, 6)):
    for code in codes:
        with FaultyPlace(program, ("exit", "always", code, "predict-metadata")) as place:
            run = place.run(*place.words_of_run("--cells_per_task", 1000))
            assert run.code != 0 and run.stats["retries"] == 0 and run.stats["failed"] == 1, (code, run)
            assert f"terminated with an error exit status ({code})" in run.said(), run
            assert len(place.calls("predict-metadata")) == 1 and not place.calls("merge"), (code, place.calls(""))


def never_paid_again(program):
    never_retried(program, codes=(75,))


def killed(program):
    with FaultyPlace(program, ("wait", "once", "-", "--rows 400:559")) as place:
        begun = place.start(*place.words_of_run("-process.maxForks", 3))
        wanted = lambda: (place.faults / "waiting").exists() and len(list(place.folder.glob("work/*/*/one_*.h5ad"))) == 2
        while not wanted() or len(list(place.folder.glob("work/*/*/.exitcode"))) < 4:
            assert begun.poll() is None, begun.communicate()
            time.sleep(0.05)
        time.sleep(1)  # what has ended is noted by then
        os.killpg(begun.pid, signal.SIGKILL)
        begun.communicate()
        place.run(*place.words_of_run("-process.maxForks", 3), "-resume").counted(cached=4, succeeded=3)
        done = place.tasks("COMPLETED")
        assert done == ["GEMFLOW_MERGE (one)", "GEMFLOW_PREDICTMETADATA (one)", "GEMFLOW_TABLE (one)"], done
        assert len(place.calls("--rows 0:200")) == len(place.calls("--rows 200:400")) == 1, place.calls("")
        assert place.sample() == undivided(place), "other bytes than the undivided run's"


def finished(program):
    """What runs when another task fails is finished and kept; half a run writes no list of samples, reports or versions."""
    with FaultyPlace(program, ("pause", "once", 3, "-o one_0-559.h5ad"), ("fail", "once", 6, "-o two_0-559.h5ad")) as place:
        (place.folder / "sheet.csv").write_text(SHEET + f"one,{CELLS},,\ntwo,{CELLS},,\n")
        words = place.words_of_run("--cells_per_task", 1000)
        run = place.run(*words)
        assert run.code != 0 and "exit status (6)" in run.said() and "Unexpected error" not in run.said() and "Killing" not in run.said(), run
        assert (run.stats["succeeded"], run.stats["failed"]) == (5, 1), run
        written = sorted(path.name for path in (place.folder / "results").rglob("*") if path.is_file())
        assert written == ["one.json", "two.json"], written  # of inspect/
        place.run(*words, "-resume").counted(cached=5, succeeded=6)
        assert (place.folder / "results/pipeline_info/samples.tsv").read_text() == "sample\tstate\none\tdone\ntwo\tdone\n"


def main(program, *names):
    return run_checks((retried, never_paid_again, killed, never_retried, finished), program, names)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
