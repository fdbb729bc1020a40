# SPDX-License-Identifier: Apache-2.0
"""refusals.py PROGRAM: what is refused before anything is sent, each with its exit code and its words."""

import json
import sqlite3
import sys

from world import World, same_words


def files(world):
    """Names of files that the commands below take."""
    texts = {"list.json": "[1]", "no_inputs.json": '{"seed": 1}', "cut.json": '{"inputs": [', "query.json": '{"inputs": [{"metadata": {}}]}'}
    for name, text in texts.items():
        (world.folder / name).write_text(text)
    (world.folder / "vocabularies").mkdir()
    (world.folder / "empty.json").write_text("")
    vocabularies = {"empty": {}, "odd": {"sex.json": "[[1]]"}, "no_list": {"sex.json": "7"}, "no_json": {"sex.json": "{"},
                    "deep": {"sex.json": "[" * 20 + "]" * 20}, "other": {"notes.json": "[]"}}
    for folder, entries in vocabularies.items():
        (world.folder / folder).mkdir()
        for name, text in entries.items():
            (world.folder / folder / name).write_text(text)
    (world.folder / "huge").mkdir()
    with open(world.folder / "huge" / "sex.json", "wb") as file:
        file.truncate(65 << 20)


def generate(*words):
    return ["generate", "--model", "synthesize:gem-1-sc", "--set", "sex=male", "-o", "made.h5ad", *words]


def query(name, *words):
    return ["query", name, "-o", "asked.json", *words]


HOSTED = ("--raw", "--model", "synthesize:gem-1-sc")
REFUSALS = [
    (query("list.json", *HOSTED), 3, "the query is not one JSON object"),
    (query("cut.json", *HOSTED), 3, "the query is not one JSON object"),
    (["query", "cut.json", "-o", "asked.h5ad"], 3, "the query is not one JSON object"),
    (["query", "empty.json", "-o", "asked.h5ad"], 3, "reading 'empty.json': the query is not one JSON object"),
    (["query", "/dev/zero", "-o", "asked.h5ad"], 3, "reading 'zero': the file has more than 1073741824 bytes"),
    (["query", "vocabularies", "-o", "asked.h5ad"], 3, "the file cannot be read: "),
    (["query", "no_inputs.json", "-o", "asked.h5ad"], 3, "the query has no 'inputs'"),
    (["query", "query.json", "-o", "asked.h5ad", "--model", "synthesize:"], 2, "names no hosted model"),
    (generate("--vocab", "nowhere"), 3, "the folder of vocabularies 'nowhere' is not there"),
    (generate("--vocab", "empty"), 3, "holds no vocabulary: no file there is named after a metadata key"),
    (generate("--vocab", "other"), 3, "holds no vocabulary: no file there is named after a metadata key"),
    (generate("--vocab", "odd"), 3, "one of its values is neither a text nor an object with 'value', 'id' or 'name'"),
    (generate("--vocab", "no_list"), 3, "it holds no list of values"),
    (generate("--vocab", "no_json"), 3, "it is not valid JSON"),
    (generate("--vocab", "deep"), 3, "it is nested more than 8 deep"),
    (generate("--vocab", "huge"), 3, "it has more than 67108864 bytes"),
    (["generate", "--model", "default", "--set", "sex=male", "-o", "made.h5ad", "--dry-run"], 2,
     "is not a hosted one: it sends nothing, and has no --dry-run"),
    (["models", "synthesize:gem-1-sc_predict-metadata", "--gene-order"], 4, "the genes of 'gem-1-sc_predict-metadata' are not known here yet"),
    (["models", "synthesize:gem-1-sc", "--values", "sex"], 4, "takes are not at hand: the API does not give them out"),
]


def main(program):
    with World(program) as world:
        files(world)
        for words, code, says in REFUSALS:
            run = world.run(*words)
            assert run.code == code and same_words([says], run.err), run
        assert not world.submissions(), "something was sent"
        assert not list(world.folder.glob("made*")) and not list(world.folder.glob("asked*")), "something was written"
    with World(program) as world:  # a journal that a program of its own made says no command
        assert world.predict().code == 0
        database = sqlite3.connect(world.journal() / "journal.sqlite")
        with database:
            database.execute("UPDATE run SET value = ? WHERE name = 'command'", (json.dumps([]),))
        database.close()
        run = world.run("resume", world.journal())
        assert run.code == 2 and "does not say which command it is of" in run.err, run
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
