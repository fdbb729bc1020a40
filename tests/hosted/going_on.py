# SPDX-License-Identifier: Apache-2.0
"""going_on.py PROGRAM: runs of a hosted model that are cut short, and each way to go on with them: resume, fetch, the same command again, from
another place, two at once. What was paid is never paid again."""

import json
import shutil
import signal
import sqlite3
import sys
import time

from world import BATCHES, World, same_words, undisturbed

ONCE = [1] * BATCHES


def broken_off(world, *words, **how):
    """A run that ends in its second batch, which nobody heard of."""
    run = world.predict(*words, **how)
    assert run.code == 75 and "the batch of 3 from 3 on may have been charged" in run.err, run
    return run


def lost(n=2):
    return {"faults": {"submit": {str(n): {"close": "after", "charge": True}}}}


def expect(run, code, *says):
    assert run.code == code and same_words(says, run.err), (code, says, run)
    return run


def resume_elsewhere(program, wanted):
    with World(program, **lost()) as world:
        elsewhere = world.folder / "elsewhere"
        elsewhere.mkdir()
        run = world.run(*world.words(out="out/out.h5ad"))
        assert run.code == 75, run
        hint = next(line for line in run.err.splitlines() if "gemflow resume" in line)
        assert f"gemflow resume '{world.journal()}' --on-unknown resubmit" in hint, run
        expect(world.run("resume", world.journal(), folder=elsewhere), 75, "an earlier run ended before it heard of it")
        expect(world.run("resume", world.journal(), "--on-unknown", "resubmit", folder=elsewhere), 0, "in '", "gemflow predict-metadata")
        assert world.out.read_bytes() == wanted
        assert world.charges() == [1, 1, 2]
        assert sum(row["resubmissions"] for row in world.batches()) == 1
        expect(world.run("resume", world.journal()), 2, "exists")
        expect(world.run("resume", world.folder / "elsewhere"), 2, "is no journal and holds none")
    with World(program, **lost()) as world:  # above the journal's own folder, relative, while another folder's run would begin
        broken_off(world)
        expect(world.run("resume", "out.h5ad.journal", "--on-unknown", "resubmit", folder=world.out.parent), 0)
        assert world.out.read_bytes() == wanted


def fetch(program, wanted):
    """Answers that were submitted come in, and nothing is submitted."""
    with World(program, other={"GET /results/*": [{"status": 403}] * 3 + [{"status": 500}]}) as world:
        expect(world.predict("--journal", "journals"), 104, "3 links in a row had expired", "gemflow resume")
        journal = world.journal(world.folder / "journals")
        n_posts = len(world.submissions())
        expect(world.run("fetch", journal), 104, "downloading a result")
        assert len(world.submissions()) == n_posts
    with World(program, faults={"status": {"2": {"status": 401}}, "submit": {"3": {"close": "after"}}}) as world:
        expect(world.predict(), 6, "status 401")
        done = expect(world.run("fetch", world.journal(), "--json"), 0, "fetched: 1 answer; 0 were there, 0 are not submitted or may be, 0 failed")
        told = json.loads(done.out)["result"]
        assert told["n_fetched"] == 1 and told["n_open"] == 0, told
        expect(world.predict(), 75, "may have been charged")
        expect(world.run("fetch", world.journal()), 0, "fetched: 0 answers; 2 were there, 1 are not submitted or may be, 0 failed")
        expect(world.run("fetch", world.journal(), SYNTHESIZE_API_BASE_URL="http://127.0.0.1:9"), 2, "would be asked")
        other_place = f"http://127.0.0.1:{world.ports['api']}/other"
        expect(world.run("fetch", world.journal(), SYNTHESIZE_API_BASE_URL=other_place), 2, "/other would be asked")
        expect(world.predict("--on-unknown", "resubmit"), 0)
        assert world.out.read_bytes() == wanted and world.charges() == ONCE
    with World(program, statuses=[{"status": "failed", "message": "no"}]) as world:
        expect(world.predict(), 6, "the model failed on the batch")
        expect(world.run("fetch", world.journal()), 0, "0 are not submitted or may be, 1 failed")


def signals(program, wanted):
    """Each ends the run with its own code, a way on, and what was paid in the journal."""
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
        for delays, flight in (({}, 1), ({}, 4), ({"submit": 1.0}, 1)):
            with World(program, statuses=["running"] * 3 + ["ready"], delays=delays) as world:
                words = world.words(flight=flight)
                run = world.start(*words, GEMFLOW_TEST_PACE=1)
                wanted_requests = 2 if delays else 3  # the submission is under way, or its first status was told
                while run.poll() is None and len(world.requests()) < wanted_requests:
                    time.sleep(0.005)
                run.send_signal(number)
                _, err = run.communicate(timeout=60)
                assert run.returncode == code, (run.returncode, err)
                assert "interrupted: " in err and "gemflow resume '" in err and "one query was submitted" in err, err
                assert not world.out.exists() and not world.left_over(), world.left_over()
                assert [row["state"] for row in world.batches() if row["submissions"]] == ["submitted"], world.batches()
                expect(world.run(*words), 0)
                assert world.out.read_bytes() == wanted and world.charges() == ONCE


def two_at_once(program, wanted):
    """The second waits or is sent away, and both together pay once."""
    with World(program, delays={"submit": 0.2, "status": 0.2, "download": 0.2}) as world:
        first = world.start(*world.words("--journal", "journals"))
        while first.poll() is None and not world.submissions():
            time.sleep(0.005)
        other = world.out.with_name("other.h5ad")
        second = world.run(*world.words("--journal", "journals", out=other))
        _, err = first.communicate()
        assert first.returncode == 0, err
        assert second.code in (0, 75), second
        if second.code == 75:
            assert same_words(["opening the journal '", "in use"], second.err) or "journal" in second.err, second
        expect(world.run(*world.words("--journal", "journals", "--overwrite", out=other)), 0)
        assert world.out.read_bytes() == wanted and other.read_bytes() == wanted
        assert world.charges() == ONCE


def again(program, wanted):
    with World(program) as world:
        expect(world.predict(), 0)
        n_posts = len(world.submissions())
        expect(world.predict(), 2, "exists")
        expect(world.predict("--overwrite", flight=4), 0)
        assert len(world.submissions()) == n_posts and world.out.read_bytes() == wanted
        # Other batches are other questions, in a journal of their own.
        expect(world.predict("--overwrite", batch=2), 0)
        assert len(world.submissions()) == n_posts + 4
        expect(world.run("resume", str(world.out) + ".journal"), 2, "holds the journals of 2 runs", "name one of them")
        expect(world.predict("--overwrite", batch=3), 0)
        assert len(world.submissions()) == n_posts + 4 and world.out.read_bytes() == wanted


def elsewhere(program, wanted):
    """A workflow's retry: another working folder, the input staged there under its name, the journal where it was."""
    with World(program, **lost(3)) as world:
        journals = world.folder / "journals"
        tasks = [world.folder / name for name in ("task_1", "task_2")]
        for task in tasks:
            task.mkdir()
            shutil.copy(world.cells, task / "cells.csv")
        world.genes.rename(world.folder / "given.txt")
        words = ["predict-metadata", "cells.csv", "-o", "out.h5ad", "--model", "synthesize:gem-1-sc", "--batch-size", 3, "--decoder-sample",
                 "--gene-order", "../given.txt"]
        run = world.run(*words, "--journal", journals, folder=tasks[0])
        expect(run, 75, "may have been charged")
        run = world.run(*words, folder=tasks[1], GEMFLOW_JOURNAL_DIR=journals)
        expect(run, 75, "may have been charged", "an earlier run")
        expect(world.run(*words, "--on-unknown", "resubmit", folder=tasks[1], GEMFLOW_JOURNAL_DIR=journals), 0)
        assert (tasks[1] / "out.h5ad").read_bytes() == wanted
        assert world.charges() == [1, 1, 2], world.charges()
        # Other cells under the same name are another question.
        (tasks[0] / "cells.csv").write_text((tasks[0] / "cells.csv").read_text().replace("c0,1,", "c0,2,"))
        expect(world.run(*words, "--journal", journals, folder=tasks[0]), 0)
        assert len(list(journals.glob("*/journal.sqlite"))) == 2


def safe_to_repeat(program, wanted):
    """104 only where a rerun charges nothing twice."""
    down = {"status": {str(n): {"status": 503} for n in range(3, 400)}}
    for words, code in (((), 75), (("--journal", "journals"), 104)):
        with World(program, faults=down) as world:
            run = expect(world.predict(*words, flight=1), code, "waiting for query 'mq-0002'", "status 503", "goes on from there; 2 queries were submitted")
            world.end_server()
            assert world.charges() == [1, 1], run
    with World(program, paths={"POST /api/models/*/predict": [{"status": 503}]}) as world:
        expect(world.predict(), 104, "submitting to", "status 503", "attempts")  # nothing was charged yet
        assert world.charges() == []


def a_limit_of_patience(program, wanted):
    """A batch that takes longer than --poll-limit ends the run with 75, and is waited for again, not paid again."""
    slow = {"status": {str(n): {"json": {"status": "running"}} for n in range(1, 60)}}
    with World(program, faults=slow) as world:
        expect(world.predict("--poll-limit", 30, flight=1), 75, "query 'mq-0001'", "is still 'running' after", "gemflow resume")
        assert world.charges() == [1] and not world.out.exists()
        expect(world.predict(flight=1), 0)
        assert world.out.read_bytes() == wanted and world.charges() == [1] * BATCHES


def kept_genes(program, _):
    """Genes that an earlier run learnt: damaged ones, and those of an older model, are learnt once more, and not in every run."""
    with World(program) as world:
        def run(n_learnt, **how):
            world.out.unlink(missing_ok=True)
            shutil.rmtree(str(world.out) + ".journal", ignore_errors=True)
            before = len(world.submissions())
            run = world.predict(learns=True, **how)
            assert run.code == 0 and len(world.submissions()) - before == BATCHES + n_learnt, run
        run(1)
        kept = next((world.folder / "cache").rglob("*.txt"))
        good = kept.read_text()
        for bad in (good[:-5], "", "X\nX\n", good + "EXTRA\n"):
            kept.write_text(bad)
            run(1)
            assert kept.read_text() == good, kept.read_text()
            run(0)
    with World(program) as world:  # as many, and others
        expect(world.predict(learns=True), 0)
        kept = next((world.folder / "cache").rglob("*.txt"))
        good = kept.read_text()
        kept.write_text("".join(reversed(good.splitlines(keepends=True))))
        expect(world.predict("--journal", "second", "--overwrite", learns=True), 6, "gene 0 is '", "what was kept of them is forgotten")
        expect(world.predict("--journal", "third", "--overwrite", learns=True), 0)
        assert kept.read_text() == good


def a_strange_journal(program, _):
    """Rows that no gemflow wrote are an error of the journal, and nothing is sent."""
    for change, says in (("UPDATE run SET value = 'x' WHERE name = 'settled cells a batch'", "'x' is no number of cells a batch"),
                         ("UPDATE batch SET state = 'halved', n = 1 WHERE first = 6", "was cut in two, which it cannot have been")):
        with World(program) as world:
            assert world.predict().code == 0
            database = sqlite3.connect(world.journal() / "journal.sqlite")
            with database:
                database.execute(change)
            database.close()
            expect(world.predict("--overwrite"), 3, says)
            assert world.charges() == ONCE


def main(program):
    wanted = undisturbed(program)
    for test in (resume_elsewhere, fetch, signals, two_at_once, again, elsewhere, safe_to_repeat, a_limit_of_patience, kept_genes, a_strange_journal):
        test(program, wanted)
        print(f"{test.__name__}: as it should be", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
