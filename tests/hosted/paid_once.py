# SPDX-License-Identifier: Apache-2.0
"""paid_once.py PROGRAM: ways in which a run might pay again for what it has, or take genes for others: it does neither."""

import json
import signal
import sys

from world import GENES, World, same_words, undisturbed

DOWN = {"faults": {"status": {str(n): {"status": 503} for n in range(3, 400)}}}


def expect(run, code, *says):
    assert run.code == code and same_words(says, run.err), (code, says, run)
    return run


def lost(n=2):
    return {"faults": {"submit": {str(n): {"close": "after", "charge": True}}}}


def drawn_seeds(program, _):
    """Whoever types the command again draws another seed: only `resume` finds what was paid, and a workflow must not try again."""
    for seed in (["--seed", "random"], ["--seed=random"]):
        with World(program, **lost()) as world:
            run = expect(world.predict(*seed, "--journal", "journals"), 75, "may have been charged")
            journal = world.journal(world.folder / "journals")
            expect(world.run("resume", journal, "--on-unknown", "resubmit"), 0)
            assert world.charges() == [1, 1, 2], (world.charges(), run)
            assert world.journal(world.folder / "journals") == journal
        with World(program, **DOWN) as world:
            expect(world.predict(*seed, "--journal", "journals"), 75, "status 503", "gemflow resume '")
    with World(program) as world:  # a word like it that is no seed stays what it is
        (world.folder / "random").write_text(world.genes.read_text())
        words = world.words("--gene-order", "random", "--seed", "random", learns=True)
        expect(world.run(*words), 0)
        expect(world.run("resume", world.journal(), "--on-unknown", "resubmit"), 2, "exists")


def the_journal_that_was_named(program, wanted):
    """`resume` goes on with the journal that it was given, or not at all."""
    with World(program, **lost()) as world:
        expect(world.predict(), 75)
        journal = world.journal()
        expect(world.run("resume", f"{journal}/", "--on-unknown", "resubmit"), 0)  # as a shell completes it
        assert world.journal() == journal and world.charges() == [1, 1, 2] and world.out.read_bytes() == wanted
    with World(program, **lost()) as world:
        expect(world.predict(), 75)
        moved = world.journal().rename(world.folder / "kept")
        n_posts = len(world.submissions())
        expect(world.run("resume", moved, "--on-unknown", "resubmit"), 2, "is not where its command looks", "the folder was renamed, or an input changed")
        assert len(world.submissions()) == n_posts
    with World(program, **lost()) as world:
        folder = world.folder / "gone"
        folder.mkdir()
        expect(world.run(*world.words("--journal", world.folder / "journals"), folder=folder), 75)
        folder.rmdir()
        journal = world.journal(world.folder / "journals")
        expect(world.run("resume", journal), 5, "', where the command was typed, cannot be entered: No such file", f"--journal '{journal.parent}'")
    with World(program, **lost()) as world:
        expect(world.predict(), 75)
        world.cells.write_text(world.cells.read_text().replace("c0,1,", "c0,2,"))
        n_posts = len(world.submissions())
        expect(world.run("resume", world.journal(), "--on-unknown", "resubmit"), 2, "is not where its command looks", "the folder was renamed, or an input changed")
        assert len(world.submissions()) == n_posts and world.journal()


def other_genes(program, _):
    """Counts are never put to genes that are not theirs."""
    def made(genes, n=2):
        return {"json": {"model_version": 3, "gene_order": genes,
                         "outputs": [{"counts": [7, 0, 0, 0, 0, 0], "metadata": {}, "latents": {}}] * n}}
    swapped = [GENES[1], GENES[0], *GENES[2:]]
    other = {"GET /results/mq-0001/*": [made(GENES)], "GET /results/mq-0002/*": [made(swapped)]}
    for flight in (1, 4):
        with World(program, other=other) as world:
            words = ["generate", "--model", "synthesize:gem-1-sc", "--set", "sex=male", "--num-samples", 4, "--batch-size", 2,
                     "-o", world.out, "--max-in-flight"]
            expect(world.run(*words, flight), 6, "is 'ENSG000000", "' where the model has 'ENSG000000")
            assert not world.out.exists()
            expect(world.run(*words, 4), 6, "' where the model has 'ENSG000000")  # both from the journal, at once


def genes_that_changed(program, _):
    """What was kept of a model's genes is forgotten once a reply has others; what a user gave is kept only once a reply agrees."""
    swapped = [GENES[1], GENES[0], *GENES[2:]]
    with World(program) as world:
        expect(world.predict("--journal", "a", learns=True), 0, "one sample of 'gem-1-sc' is asked for")
        kept = list((world.folder / "cache" / "gene_orders").iterdir())
        assert [path.read_text().split() for path in kept] == [GENES]
        kept[0].write_text("\n".join(swapped) + "\n")
        for path in world.folder.glob("gene_orders/*"):
            path.unlink()
        out = world.out.with_name("other.h5ad")
        expect(world.predict("--journal", "b", learns=True, out=out), 6, "what was kept of them is forgotten: another --journal begins anew")
        expect(world.predict("--journal", "c", learns=True, out=out), 0, "one sample of 'gem-1-sc' is asked for")
        assert out.read_bytes() == world.out.read_bytes()
    with World(program) as world:
        world.genes.write_text("\n".join(swapped) + "\n")
        expect(world.predict("--journal", "a"), 6)
        expect(world.predict("--journal", "b", learns=True), 0, "one sample of 'gem-1-sc' is asked for")


def cut_short_between_two(program, wanted):
    """All that was asked is here, and not all was asked: `status` says so, until a run has come to its end."""
    with World(program) as world:
        first, *cells = world.cells.read_text().splitlines()
        many = [f"d{i}{cell[2:]}" for i, cell in enumerate(cells * 20)]  # a fault that is met before the first question is another thing
        many[130] = many[130].replace(",", ",x", 1)
        world.cells.write_text("\n".join([first, *many]) + "\n")
        expect(world.predict(batch=60), 3, "which is no number")
        expect(world.run("status", world.journal()), 75, "its run was cut short before it had asked for everything", "gemflow resume '")
    with World(program) as world:
        expect(world.predict(), 0)
        expect(world.run("status", world.journal()), 0)
        expect(world.run("fetch", world.journal()), 0)
        expect(world.run("status", world.journal()), 0)
        (world.folder / "query.json").write_text(json.dumps({"inputs": [{"metadata": {"sex": "male"}, "num_samples": 1}], "seed": 3}))
        for words, name in ((["--raw"], "raw.json"), ([], "made.h5ad")):
            expect(world.run("query", "query.json", "--model", "synthesize:gem-1-sc", "-o", name, *words), 0)
            expect(world.run("status", f"{name}.journal"), 0)


def interrupted_elsewhere(program, _):
    """A signal between two questions names the way on, as one in the middle of a question does."""
    with World(program, **lost()) as world:
        expect(world.predict(), 75)
        holder = {"id": "0123456789abcdef", "host": "node7", "place": "another boot", "process": 4711, "started": "1", "since": "long ago"}
        (world.journal() / "lock").write_text(json.dumps(holder))
        run = world.start(*world.words())
        said = ""
        while "watching for" not in said:
            line = run.stderr.readline()
            assert line, said
            said += line
        run.send_signal(signal.SIGTERM)
        _, err = run.communicate(timeout=60)
        assert run.returncode == 143 and "interrupted: " in err and f"gemflow resume '{world.journal()}'" in err, (run.returncode, said + err)


def parts_at_once(program, _):
    """Tasks that begin together pay once for the genes that none of them knows, whether they share a journal's folder or a cache; and
    the next one asks where the first learner was killed."""
    for i_cache, i_journal in (("", ""), ("0123", ""), ("", "0123")):
        with World(program, statuses=["running"] * 20 + ["ready"]) as world:
            def start(i):
                places = {"GEMFLOW_CACHE_DIR": world.folder / f"cache{i_cache and i}", "GEMFLOW_JOURNAL_DIR": world.folder / f"journals{i_journal and i}"}
                out = world.folder / f"part_{i}.h5ad"
                return world.start(*world.words("--rows", f"{i}:{i + 1 if i < 3 else 7}", "--part", learns=True, batch=7, out=out), **places)
            runs = [start(i) for i in range(4)]
            said = [run.communicate(timeout=120)[1] for run in runs]
            assert [run.returncode for run in runs] == [0] * 4, said
            assert world.charges("gem-1-sc") == [1], (i_cache, i_journal, world.charges("gem-1-sc"), said)
            assert world.charges() == [1] * 4, world.charges()
            parts = [world.folder / f"part_{i}.h5ad" for i in range(4)]
            expect(world.run("merge", world.cells, *parts, "-o", world.out), 0)
    with World(program, statuses=["running"] * 10000) as world:
        first = world.start(*world.words(learns=True), GEMFLOW_JOURNAL_DIR=world.folder / "journals")
        while not world.submissions():
            assert first.poll() is None, first.communicate()
        second = world.start(*world.words(learns=True, out=world.folder / "second.h5ad"), GEMFLOW_JOURNAL_DIR=world.folder / "other")
        line = second.stderr.readline()
        while "another run learns the same genes" not in line:
            assert line
            line = second.stderr.readline()
        assert world.charges("gem-1-sc") == [1]
        for run, says in ((first, -signal.SIGKILL), (second, 143)):
            run.send_signal(signal.SIGKILL if says < 0 else signal.SIGTERM)
            run.communicate(timeout=60)
            assert run.returncode == says, run.returncode
            if says < 0:
                while len(world.submissions()) < 2:
                    assert second.poll() is None, second.communicate()


def main(program):
    wanted = undisturbed(program)
    for test in (drawn_seeds, the_journal_that_was_named, other_genes, genes_that_changed, cut_short_between_two,
                 interrupted_elsewhere, parts_at_once):
        test(program, wanted)
        print(f"{test.__name__}: as it should be", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
