# SPDX-License-Identifier: Apache-2.0
"""faulty_world.py PROGRAM [NAME]: what a run of a hosted model makes of each script of `scripts_of_faults.py`: exit code, words, what was
charged, and an output that is the undisturbed run's to the byte, or not there at all. NAME: only cases whose names hold it."""

import sys
from concurrent.futures import ThreadPoolExecutor

from scripts_of_faults import CASES, ONCE
from world import World, same_words, undisturbed


def check_end(world, run, code, charges, wanted):
    assert run.code == code, f"exit {run.code}, not {code}"
    assert world.charges() == sorted(charges), f"charged: {world.charges()}, not {charges}"
    assert not world.left_over(), f"left over: {world.left_over()}"
    if code != 0:
        assert not world.out.exists(), "a run that failed left an output"
    elif wanted is not None:
        assert world.out.read_bytes() == wanted, "other bytes than the undisturbed run's"


def play(program, case, flight, wanted):
    with World(program, paths=case.paths, other=case.other, **case.full) as world:
        (world.folder / "two_genes.txt").write_text("A\nB\n")
        if case.table:
            world.out = world.out.with_suffix(".csv")
        wanted = wanted[world.out.suffix]
        words = world.words(*case.words, flight=flight, **case.how)
        run = world.run(*words, **case.environment)
        try:
            charges = ONCE if case.charges is None else case.charges
            check_end(world, run, case.code, charges, wanted if case.same else None)
            assert same_words(case.says, run.err), f"it does not say {case.says}"
            assert case.code == 0 or len([line for line in run.err.splitlines() if line.startswith("gemflow: ")]) == 1, "not one sentence"
            if case.again is None:
                return None
            more, code, charges = case.again
            if case.code == 75 and more:
                run = world.run(*words)
                check_end(world, run, 75, case.charges, None)
                assert same_words(("an earlier run ended before it heard of it",), run.err), "it does not say what is in doubt"
            run = world.run(*words, *more)
            check_end(world, run, code, charges, wanted)
        except AssertionError as wrong:
            return f"--- {case.name} ({flight} in flight): {wrong}\n{run}"
    return None


def main(program, name=""):
    wanted = {ending: undisturbed(program, out=f"out{ending}") for ending in (".h5ad", ".csv")}
    for flight in (1, 4):
        assert undisturbed(program, flight=flight, learns=True) == wanted[".h5ad"]
    chosen = [(case, flight) for case in CASES if name in case.name for flight in case.flights]
    assert chosen
    with ThreadPoolExecutor(4) as pool:
        wrong = [text for text in pool.map(lambda one: play(program, *one, wanted), chosen) if text]
    print("\n".join(wrong))
    print(f"{len(chosen)} runs, {len(wrong)} of them wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
