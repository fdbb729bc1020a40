# SPDX-License-Identifier: Apache-2.0
"""hosted.py PROGRAM: the pipeline asks a hosted model (the scripted API): the gene order is learnt by one call before the fan-out, and each
batch is charged once, over a kill (SIGKILL) of the run with its tasks and a -resume; a network that is not there is retried; and the key,
a secret of Nextflow's or a file, is found in nothing that a run leaves. The other modes."""

import os
import signal
import sys
import time
from pathlib import Path

from runs import HERE, PIPELINE, Place, run_checks

sys.path.insert(0, str(HERE.parent / "hosted"))
from world import KEY, World  # noqa: E402

N_TASKS = 3  # of seven cells, three at a time
WHERE_A_KEY_MAY_BE = ("home/secrets/", "key.txt", "script.json", "log.jsonl")


def words_of(place, journal="journal"):
    (place.folder / "sheet.csv").write_text("sample,filtered\ncells,cells.csv\n")
    return ["--input", "sheet.csv", "--cells_per_task", 3, "--model", "synthesize:gem-1-sc", "--journal", journal, "--merged", "false",
            "-with-report", "-with-timeline", "-with-dag"]


def environment(world, **more):
    return {"SYNTHESIZE_API_BASE_URL": f"http://127.0.0.1:{world.ports['api']}", "GEMFLOW_TEST_PACE": "300", "GEMFLOW_OFFLINE": "",
            "GEMFLOW_CACHE_DIR": str(world.folder / "cache"), **more}


def found_key(folder):
    files = [path for path in Path(folder).rglob("*") if path.is_file() and not path.is_symlink()]
    assert len([path for path in files if path.name in (".command.sh", ".command.run", ".nextflow.log", "report.html", "trace.txt")]) > 10
    return [str(path) for path in files if KEY.encode() in path.read_bytes()
            and not any(str(path.relative_to(folder)).startswith(known) for known in WHERE_A_KEY_MAY_BE)]


def kill_when(run, ready):
    while not ready():
        assert run.poll() is None, run.communicate()
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()


def by_secret(program):
    """Killed when batches were paid and not answered yet; then -resume."""
    with Place(program) as place, World(program, folder=place.folder, statuses=["running"] * 20 + ["ready"], delays={"status": 0.1}) as world:
        words, around = words_of(place), environment(world)
        secret = place.nextflow("secrets", "set", "SYNTHESIZE_API_KEY", KEY)
        assert secret.code == 0 and oct((place.folder / "home/secrets/store.json").stat().st_mode)[-3:] == "600", secret

        run = place.start(PIPELINE, *words, **around)
        polled = lambda: {entry["path"] for entry in world.requests() if "/status" in entry["path"]}
        kill_when(run, lambda: len(world.charges()) == 2 and len(polled()) == 3)  # the gene order's too
        answered = list(place.folder.glob("work/*/*/cells_*.h5ad"))
        assert len(answered) < 2 and not list(place.folder.glob("results/samples/*.h5ad")), "killed too late: nothing was paid and not answered"

        done = place.run(PIPELINE, *words, "-resume", **around)
        n_left = N_TASKS - len(answered)
        done.counted(succeeded=n_left + 2, failed=0, cached=len(answered) + 3)  # then a merge, a table; before: inspect, gene order, plan
        assert world.charges() == [1] * N_TASKS, "a batch was charged twice"
        assert world.charges("gem-1-sc") == [1], "the gene order was learnt more than once"
        again = place.run(PIPELINE, *words, "-resume", **around).counted(succeeded=0, cached=N_TASKS + 5)
        assert KEY not in done.said() + again.said() and not found_key(place.folder), found_key(place.folder)


def by_file(program):
    with Place(program) as place, World(program, folder=place.folder) as world:
        key = place.folder / "key.txt"
        key.write_text(KEY + "\n")
        key.chmod(0o600)
        words = [*words_of(place), "--token_file", "key.txt", "--gene_order", "genes.txt"]
        run = place.run(PIPELINE, *words, **environment(world)).counted(succeeded=N_TASKS + 4, failed=0)
        assert world.charges() == [1] * N_TASKS and world.charges("gem-1-sc") == [], "a given gene order was learnt all the same"
        assert KEY not in run.said() and not found_key(place.folder), found_key(place.folder)


def nobody_listens(program):
    """The one step that asks first is retried, and nothing else begins to ask."""
    with Place(program) as place, World(program, folder=place.folder) as world:
        around = environment(world, SYNTHESIZE_API_BASE_URL="http://127.0.0.1:9", SYNTHESIZE_API_KEY=KEY)
        run = place.run(PIPELINE, *words_of(place), **around)
        assert run.code != 0 and run.stats["retries"] == 2 and "error exit status (104)" in run.said(), run
        assert not world.requests()


def other_modes(program):
    """Perturbed cells beside their own, new cells, synthetic cells: each batch is charged once, and -resume asks nothing."""
    with Place(program) as place, World(program, folder=place.folder) as world:
        (place.folder / "key.txt").write_text(KEY + "\n")
        (place.folder / "key.txt").chmod(0o600)
        (place.folder / "one.tsv").write_text("name\tperturbation_type\na\tcompound\n")
        (place.folder / "two.tsv").write_text("name\tperturbation_type\na\tcompound\nb\tcrispr\n")
        conditioning, generation = "gem-1-sc_reference-conditioning", "gem-1-sc"
        for model, charges, n_tasks, words in (
                (conditioning, N_TASKS, N_TASKS + 4, ["condition", "--conditions", "one.tsv"]),
                (conditioning, 2 * N_TASKS, N_TASKS + 4, ["condition", "--conditions", "two.tsv", "--new_cells"]),  # what was paid for a is kept
                (generation, 3, 3, ["generate", "--conditions", "two.tsv", "--conditions_per_task", 1])):  # and the gene order
            words = [*words_of(place), "--token_file", "key.txt", "--mode", *words]
            place.run(PIPELINE, *words, **environment(world)).counted(succeeded=n_tasks, cached=0, failed=0)
            assert world.charges(model) == [1] * charges, (words, world.charges(model))
            place.run(PIPELINE, *words, "-resume", **environment(world)).counted(succeeded=0, cached=n_tasks)
            assert world.charges(model) == [1] * charges, (words, world.charges(model))


def main(program, *names):
    return run_checks((by_secret, by_file, nobody_listens, other_modes), program, names)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
