# SPDX-License-Identifier: Apache-2.0
"""kills.py PROGRAM N: N runs of a hosted model that are killed (SIGKILL) at any moment, and what their reruns make of it: no query is sent
twice unless somebody says so, and in the end the file is the undisturbed run's to the byte.

A third of the kills come at a random moment; the others at a step: the moment when the server has read its n-th request, and noted what it
charges, and has not answered yet."""

import random
import sys
import time

from world import BATCHES, World, undisturbed

DELAYS = {"submit": 0.05, "status": 0.02, "download": 0.02}
STEPS = 1 + BATCHES * 4  # an example query; for each batch a submission, two polls, a download


def kill_at(world, words, moment, n_before):
    """Starts a run, and kills it after so many seconds (a float) or requests (an int)."""
    run = world.start(*words)
    try:
        if isinstance(moment, float):
            time.sleep(moment)
        else:
            while run.poll() is None and len(world.requests()) < n_before + moment:
                time.sleep(0.001)
    finally:
        run.kill()
        run.communicate()


def state_of(world):
    """Batches of the journal that are in doubt, and those that were heard of."""
    try:
        rows = world.batches()
    except AssertionError:  # killed before there was a journal
        return [], []
    return [row for row in rows if row["state"] == "sending"], [row for row in rows if row["query_id"]]


def n_charged(world):
    return sum(world.charges())


def trial(program, number, wanted, take_moment):
    flight = (1, 4)[number % 2]
    with World(program, delays=DELAYS) as world:
        words = world.words(flight=flight)
        moments = [take_moment() for _ in range(1 + number % 3 // 2)]
        for moment in moments:
            kill_at(world, words, moment, len(world.requests()))
            if state_of(world)[0] or world.out.exists():
                break
        about = f"killed at {moments}, {flight} in flight"
        doubtful, heard_of = state_of(world)
        paid_unheard = n_charged(world) - len(heard_of)
        assert 0 <= paid_unheard <= len(doubtful), f"{about}: {paid_unheard} charged and not recorded, {len(doubtful)} in doubt"
        if not world.out.exists():
            again = world.run(*words, "--on-unknown", "stop")
            assert again.code == (75 if doubtful else 0), f"{about}: {len(doubtful)} in doubt: {again}"
            assert world.out.exists() == (again.code == 0)
            if again.code == 75:
                again = world.run(*words, "--on-unknown", "resubmit")
                assert again.code == 0, f"{about}: {again}"
        assert world.out.read_bytes() == wanted, f"{about}: other bytes"
        assert not [name for name in world.left_over() if not name.startswith(".")], world.left_over()
        rows = world.batches()
        assert sum(row["resubmissions"] for row in rows) == len(doubtful), about
        assert sum(row["submissions"] for row in rows) == BATCHES + len(doubtful), about
        # A server may read, and charge, what it was sent only after its sender was dead: what is in doubt is the most.
        assert BATCHES + paid_unheard <= n_charged(world) <= BATCHES + len(doubtful), f"{about}: charged {n_charged(world)}, in doubt {doubtful}"
        return len(doubtful), n_charged(world) - BATCHES


def main(program, n):
    chance = random.Random(20240611)
    wanted = undisturbed(program)
    with World(program, delays=DELAYS) as world:
        began = time.monotonic()
        world.predict()
        whole = time.monotonic() - began
    at_steps = iter(list(range(1, STEPS + 1)) * int(n))
    take = [lambda: next(at_steps), lambda: next(at_steps), lambda: chance.uniform(0, whole)]
    ends = [trial(program, number, wanted, take[number % 3]) for number in range(int(n))]
    n_doubtful, n_twice = (sum(end[i] for end in ends) for i in (0, 1))
    print(f"{n} runs killed; {n_doubtful} batches were in doubt, {n_twice} of them charged and resubmitted; every file is the same")
    assert n_doubtful > 0, "no kill came between sending and hearing: the test tests nothing"
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
