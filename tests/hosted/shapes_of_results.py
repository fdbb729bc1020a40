# SPDX-License-Identifier: Apache-2.0
"""shapes_of_results.py PROGRAM [NAME]: each form of a result in tests/support/reply_shapes.py, asked for by each command: the file is the
undisturbed one to the byte, or what the form leaves over, and each batch is charged once. NAME: only forms whose names hold it."""

import csv
import sys
from functools import lru_cache

from world import BATCHES, COMMANDS, GENES, N_CELLS, SUPPORT, World, count, play_all, same_words

sys.path.insert(0, str(SUPPORT))
import reply_shapes as shapes  # noqa: E402

ONCE = [1] * BATCHES
MADE = ["generate", "condition", "condition --new-cells"]
TABLES = ["generate", "condition --new-cells"]
KEPT = ("--output-counts", "expected")


def run(program, shape, command, *more, ending=".h5ad", flight=1):
    """What a run writes: its file, the file of its metadata, and what was said."""
    with World(program, shape=shape, gzip=flight == 4) as world:
        world.out = world.out.with_suffix(ending)
        learns = command == "generate" and flight == 4 and shape not in shapes.SAME_WITH_GENES
        beside = ["--metadata-out", world.out.with_name("obs.csv")] if ending == ".csv" and command in TABLES else []
        done = world.run(*world.words(*beside, *more, command=command, flight=flight, learns=learns))
        charges = world.charges(COMMANDS[command][0])
        assert done.code != 0 or charges == ONCE, f"charged: {charges}\n{done}"
        assert done.code == 0 or not world.out.exists(), f"a run that failed left an output\n{done}"
        written = [file.read_bytes() for file in (world.out, world.out.with_name("obs.csv")) if file.exists()]
        return written, done, charges


@lru_cache(None)
def undisturbed(program, command, ending):
    written, done, _ = run(program, "as it is", command, ending=ending)
    assert done.code == 0, done
    return written


def same(program, shape, command, ending, flight):
    written, done, _ = run(program, shape, command, ending=ending, flight=flight)
    assert done.code == 0, done
    assert written == undisturbed(program, command, ending), f"other bytes than the undisturbed run's\n{done}"


def same_as_each_other(program, group, command):
    """Another file than the undisturbed one, and the same for all spellings; as a table, which holds no latents, it is the undisturbed one."""
    files = []
    for flight, shape in zip((1, 4, 1), group):
        written, done, _ = run(program, shape, command, flight=flight)
        assert done.code == 0, done
        files.append(written)
    assert all(file == files[0] for file in files), "spellings of one thing give different files"
    is_beside = command == "condition"  # of what is beside the input's own cells, latents are none
    assert (files[0] == undisturbed(program, command, ".h5ad")) == is_beside, "latents make no difference"
    if command in TABLES:
        for shape in group:
            same(program, shape, command, ".csv", 1)


def rows_of(table):
    return [[float(text) for text in row[1:]] for row in list(csv.reader(table.decode().splitlines()))[1:]]


def true_rows(command):
    if command == "generate":
        return [[gene + cell % 3 for gene in range(len(GENES))] for cell in range(N_CELLS)]  # the model counts from each reply's beginning
    return [[count(cell, gene) for gene in range(len(GENES))] for cell in range(N_CELLS)]


def decimals(program, shape, command, flight):
    """Rounded (the default), kept, or rounded at random."""
    written, done, _ = run(program, shape, command, flight=flight)
    assert done.code == 0 and written == undisturbed(program, command, ".h5ad"), f"decimals are not rounded\n{done}"
    says = "counts of model 'gem-1-sc"
    assert done.err.count(says) == 1 and same_words((says, "are not whole, and are rounded"), done.err), done
    if command not in TABLES:
        return
    written, done, _ = run(program, shape, command, *KEPT, ending=".csv", flight=flight)
    assert done.code == 0 and "are not whole" not in done.err, done
    is_later = shape == "decimals in a later reply alone"
    for cell, (found, true) in enumerate(zip(rows_of(written[0]), true_rows(command), strict=True)):
        more = 0 if is_later and cell // 3 != 1 and flight == 1 else 0.25
        if is_later and flight == 4:  # which batch is the second to be asked is chance
            more = 0.25 if 0.25 in [found[i] - true[i] for i in range(len(true))] else 0
        assert found == [value + more if value else 0 for value in true], f"cell {cell}: {found}\n{done}"
    once, done, _ = run(program, shape, command, "--output-counts", "unbiased", ending=".csv", flight=1)
    again, _, _ = run(program, shape, command, "--output-counts", "unbiased", ending=".csv", flight=1)
    assert done.code == 0 and once == again, f"the same seed rounds otherwise\n{done}"
    for found, true in zip(rows_of(once[0]), true_rows(command), strict=True):
        n = sum(1 for value in true if value)
        assert all(x in (y, y + 1) for x, y in zip(found, true)), f"{found}, not about {true}"
        assert is_later or abs(sum(found) - sum(true) - n / 4) < 1, f"the depth is not kept: {found}, {true}"


def expected_in_a_file(program, command):
    """One type for all batches, also where a later one alone has decimals."""
    written, done, _ = run(program, "decimals in a later reply alone", command, *KEPT)
    assert done.code == 0 and written != undisturbed(program, command, ".h5ad"), done


def wrong(program, shape, command):
    _, done, charges = run(program, shape, command)
    assert done.code == 6, f"exit {done.code}\n{done}"
    assert charges == [1], f"charged: {charges}\n{done}"
    assert len([line for line in done.err.splitlines() if line.startswith("gemflow: ")]) == 1, f"not one sentence\n{done}"


def cases():
    for command in COMMANDS:
        forms = {**shapes.SAME, **shapes.SAME_WITH_GENES, **(shapes.SAME_IF_MADE if command in MADE else {})}
        for number, shape in enumerate(forms):
            yield f"{command}: {shape}", same, (shape, command, ".h5ad", (4, 1)[number % 2])
            if command in TABLES:
                yield f"{command}: {shape}, a table", same, (shape, command, ".csv", (1, 4)[number % 2])
        for shape in shapes.SAME_TABLE if command in TABLES else ():
            yield f"{command}: {shape}, a table", same, (shape, command, ".csv", 4)
        for number, shape in enumerate(shapes.DECIMALS):
            yield f"{command}: {shape}", decimals, (shape, command, (1, 4)[number % 2])
        for group in (shapes.NO_LATENTS, shapes.NO_PERTURBATION):
            yield f"{command}: {', '.join(group)}", same_as_each_other, (tuple(group), command)
        if command in MADE:
            yield f"{command}: decimals that are kept", expected_in_a_file, (command,)
            for shape in shapes.WRONG:
                yield f"{command}: {shape}", wrong, (shape, command)


def main(program, name=""):
    return play_all(cases(), program, name)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
