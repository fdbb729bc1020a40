# SPDX-License-Identifier: Apache-2.0
"""server_dies.py PROGRAM [NAME]: a server that dies (its connections are cut, its ports refuse others) while a run polls or downloads. When
it comes back on its ports, the run goes on and pays nothing twice; when it does not, the run ends as the table of exit codes says."""

import sys
from functools import lru_cache

from world import BATCHES, COMMANDS, World, play_all, same_words

ONCE = [1] * BATCHES
STATUSES = ["running", "running", "running", "ready"]
CUT = {"body": '{"model_version": 3, "outputs": [' + " " * 4000, "cut": 2000}
GO_ON = ("gemflow resume '", "goes on from there")

# What meets the server's death: calls of a kind, counted from 1. A batch polls four times. With four batches in flight the first is asked
# alone; the ninth poll and the third download come when all batches are submitted: a submission that is cut would be in doubt.
SHORT = [("status", 1, {}, 1), ("status", 4, {}, 1), ("status", 6, {}, 1), ("download", 1, {}, 1), ("download", 2, CUT, 1), ("download", 3, {}, 1),
         ("status", 9, {}, 4), ("download", 3, {}, 4), ("download", 3, CUT, 4)]


def dying(program, kind, n, until=0.5, **more):
    """`until`: after so many seconds it is back; None: when there is a file `back`."""
    world = World(program, statuses=STATUSES)
    down = str(world.folder / "back") if until is None else until
    world.script["full"]["faults"] = {kind: {str(n): {"down": down, **more}}}
    return world


@lru_cache(None)
def undisturbed(program, command):
    with World(program, statuses=STATUSES) as world:
        run = world.run(*world.words(command=command))
        assert run.code == 0, run
        return world.out.read_bytes()


def expect_done(program, world, run, command, charges=None):
    assert run.code == 0, run
    assert world.out.read_bytes() == undisturbed(program, command), f"other bytes than the undisturbed run's\n{run}"
    found = world.charges(COMMANDS[command][0])
    assert found == (charges or ONCE), f"charged: {found}\n{run}"
    assert not world.left_over(), world.left_over()


def comes_back(program, command, kind, n, more, flight):
    with dying(program, kind, n, **more) as world:
        run = world.run(*world.words(command=command, flight=flight), GEMFLOW_TEST_PACE=60)
        expect_done(program, world, run, command)
        assert [entry for entry in world.requests() if entry["method"] == "DIES"], "the server did not die"


def stays_away(program, command, kind, n, more, flight):
    """75 where the journal lies beside OUT; 104, which a workflow may repeat, where it stays; later the same command, or resume, goes on."""
    for place, code in (((), 75), (("--journal", "journals"), 104)):
        with dying(program, kind, n, until=None, **more) as world:
            words = world.words(*place, command=command, flight=flight)
            run = world.run(*words)
            doing = ["waiting for query"] if kind == "status" else ["downloading a result from"]
            doing += ["downloading a result from"] if flight > 1 else []  # which of several gives up first is chance
            assert run.code == code and any(same_words((word, "attempts", *GO_ON), run.err) for word in doing), run
            assert not world.out.exists() and not world.left_over(), world.left_over()
            n_paid = len(world.charges(COMMANDS[command][0]))
            assert ("one query was" if n_paid == 1 else f"{n_paid} queries were") + " submitted so far" in run.err, run
            (world.folder / "back").touch()
            journal = world.journal(world.folder / "journals" if place else None)
            again = ["resume", journal] if place else words
            expect_done(program, world, world.run(*again, GEMFLOW_TEST_PACE=60), command)


def in_doubt(program, command):
    """A submission that the server had read when it died: nobody knows."""
    for took, charges in ((True, [1, 1, 2]), (False, ONCE)):
        with dying(program, "submit", 2, **({"charge": True} if took else {})) as world:
            words = world.words(command=command)
            run = world.run(*words)
            first = 0 if command == "generate" else 3  # cells of one condition stand where it does
            assert run.code == 75 and same_words((f"the batch of 3 from {first} on may have been charged", "--on-unknown resubmit"), run.err), run
            assert not world.out.exists() and not world.left_over(), world.left_over()
            expect_done(program, world, world.run(*words, "--on-unknown", "resubmit", GEMFLOW_TEST_PACE=60), command, charges)


def before_all(program, command):
    """Nothing was charged: a rerun pays nothing twice, wherever the journal is."""
    with dying(program, "example", 1, until=None) as world:
        run = world.run(*world.words(command=command))
        assert run.code == 104 and same_words(("fetching the example query", "attempts", "run the same command again"), run.err), run
        (world.folder / "back").touch()
        expect_done(program, world, world.run(*world.words(command=command), GEMFLOW_TEST_PACE=60), command)


def cases():
    for number, command in enumerate(COMMANDS):
        for kind, n, more, flight in SHORT:
            yield f"{command}: comes back, {kind} {n}, {flight} in flight", comes_back, (command, kind, n, more, flight)
        for kind, n, more, flight in SHORT[number::4]:
            yield f"{command}: stays away, {kind} {n}, {flight} in flight", stays_away, (command, kind, n, more, flight)
        yield f"{command}: a submission in doubt", in_doubt, (command,)
        yield f"{command}: before all", before_all, (command,)


def main(program, name=""):
    return play_all(cases(), program, name)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
