# SPDX-License-Identifier: Apache-2.0
"""secrets_test.py PROGRAM: the key, and the signed part of download links, are found nowhere: not in what gemflow says, writes, keeps or
caches, whatever command and however it ends, and not in the list of processes. And the key's file is for its owner alone."""

import json
import os
import sys
import time
from pathlib import Path

from world import GENES, KEY, World, same_words

SIGNED = "signed-mq"  # the scripted server's links: ?X-Amz-Signature=signed-mq-0001
OWN = ("script.json", "log.jsonl", "key.txt")  # the server's files, and the key's
KEPT = ".json.zst"  # replies are kept to the byte: a key that the server writes into one stands there too


def found_in(folder):
    secrets = [KEY.encode(), SIGNED.encode(), b"X-Amz-Signature"]
    return [str(path.relative_to(folder)) for path in sorted(Path(folder).rglob("*"))
            if path.is_file() and path.name not in OWN and any(secret in path.read_bytes() for secret in secrets)]


def check(world, run, code=None, but=None):
    assert code is None or run.code == code, run
    for secret in (KEY, SIGNED, "X-Amz-Signature", KEY.encode().hex()):
        assert secret not in run.out + run.err, f"'{secret}' in: {run}"
    found = [name for name in found_in(world.folder) if but is None or not name.endswith(but)]
    assert not found, (found, run)
    return run


def commands(world):
    """Every command that speaks to the API, as a run that goes well; each with a name of its own for what it writes."""
    hosted = ["--model", "synthesize:gem-1-sc", "--gene-order", world.genes]
    query = world.folder / "query.json"
    query.write_text(json.dumps({"inputs": [{"metadata": {"sex": "male"}, "num_samples": 2}], "seed": 7, "sampling_strategy": "mean estimation"}))
    return {
        "predict": world.words(),
        "learning": world.words(learns=True, out=world.out.with_name("learnt.h5ad")),
        "generate": ["generate", "--set", "sex=male", *hosted, "-o", world.out.with_name("made.h5ad")],
        "condition": ["condition", world.cells, "--set", "perturbation_type=control", *hosted, "-o", world.out.with_name("other.h5ad")],
        "query": ["query", query, "--model", "synthesize:gem-1-sc", "-o", world.out.with_name("asked.csv")],
        "raw": ["query", query, "--raw", "--model", "synthesize:gem-1-sc", "-o", world.out.with_name("reply.json")],
        "dry run": world.words("--dry-run", out=world.out.with_name("dry.h5ad")),
        "models": ["models", "synthesize:"],
        "card": ["models", "synthesize:gem-1-sc"],
        "example": ["models", "synthesize:gem-1-sc", "--example-query"],
        "no such model": ["models", "synthesize:gem-9", "--example-query"],
    }


def all_words(words, name, world, token_file):
    said = ["-v", "-v", "--log", world.out.with_name(f"{name}.log"), f"--json={world.out.with_name(name)}.json"]
    takes_log = words[0] != "models"
    return [*words, *(said if takes_log else said[-1:]), *(["--token-file", token_file] if token_file else [])]


def key_file(world, text=KEY, mode=0o600):
    path = world.folder / "key.txt"
    path.write_text(text)
    path.chmod(mode)
    return path


def every_command(program, by_file):
    with World(program) as world:
        token_file = key_file(world) if by_file else None
        environment = {"SYNTHESIZE_API_KEY": ""} if by_file else {}
        for name, words in commands(world).items():
            check(world, world.run(*all_words(words, name, world, token_file), **environment), None if name == "no such model" else 0)
        for name in ("fetch", "resume", "status"):
            token = ["--token-file", token_file] if token_file and name != "status" else []
            run = world.run(name, world.journal(), *token, *(["--json"] if name != "resume" else []), **environment)
            check(world, run, {"resume": 2}.get(name))  # its output is there
        assert world.requests(), "nobody was asked"


FAILURES = {
    "the server repeats the header": {"paths": {"GET /api/models/*/example-query": [{"status": 400, "json": {"error": f"Authorization: Bearer {KEY}"}}]}},
    "the server repeats the key": {"faults": {"submit": {"1": {"status": 422, "json": {"errors": [{"path": KEY, "message": f"you sent {KEY}"}]}}}}},
    "a page repeats the key": {"faults": {"submit": {"2": {"status": 502, "body": f"<html>{KEY}</html>"}}}},
    "an answer without an id repeats the key": {"faults": {"submit": {"1": {"json": {"echo": KEY}}}}},
    "a status repeats the key": {"statuses": [{"status": KEY}, "ready"]},
    "a query fails and repeats the key": {"statuses": [{"status": "failed", "message": f"token {KEY} is worn out"}]},
    "a query fails and repeats its link": {"statuses": [{"status": "failed", "message": "http://a.b/c?X-Amz-Signature=signed-mq-1 is gone"}]},
    "a result repeats the key": {"faults": {"download": {"1": {"body": f"<p>{KEY}</p>"}}}},
    "a download is refused and repeats its link": {"faults": {"download": {
        "1": {"status": 451, "body": "not http://a.b/results/1?X-Amz-Signature=signed-mq-0001"}}}},
    "the result says that the key is bad": {"faults": {"download": {"1": {"json": {"errors": [f"bad key {KEY}"]}}}}},
    "an expired link": {"faults": {"download": {str(n): {"status": 403} for n in (1, 2, 3)}}},
    "a link that leads nowhere": {"statuses": [{"status": "ready", "downloadUrl": "ftp://a/b?X-Amz-Signature=signed-mq-1"}]},
    "a link to a closed port": {"statuses": [{"status": "ready", "downloadUrl": "http://127.0.0.1:9/b?X-Amz-Signature=signed-mq-1"}]},
}


def every_failure(program):
    for name, full in FAILURES.items():
        paths = full.pop("paths", None)
        with World(program, paths=paths, **full) as world:
            words = world.words("-v", "-v", "--log", world.out.with_name("a.log"), "--json", world.out.with_name("a.json"))
            run = check(world, world.run(*words), but=KEPT if name.startswith("the result says") else None)
            assert run.code != 0 or "status repeats" in name, f"{name}: {run}"


def redirects(program):
    """Away from the API's origin goes no key, and a submission goes nowhere."""
    example = {"json": {"example_query": {"inputs": [{"counts": [1] * len(GENES)}], "seed": 1}}}
    paths = {"GET /api/models/*/example-query": [{"status": 302, "headers": {"Location": "{other}/example"}}]}
    with World(program, paths=paths, other={"GET /example": [example]}) as world:
        check(world, world.predict(), 0)
        there = [entry for entry in world.requests() if entry["port"] == "other"]
        assert len(there) == 4 and not any("authorization" in entry["headers"] for entry in there), there
    paths = {"POST /api/models/*/predict": [{"status": 307, "headers": {"Location": "{other}/predict?key=" + KEY}}]}
    with World(program, paths=paths) as world:
        check(world, world.predict(), 6)
        assert not [entry for entry in world.requests() if entry["port"] == "other"]


def processes(program):
    """While it runs, the key is in no list of processes; with a file, not in the environment either."""
    with World(program, statuses=["running"]) as world:
        run = world.start(*world.words("--token-file", key_file(world)), SYNTHESIZE_API_KEY="", GEMFLOW_TEST_PACE=1)
        while run.poll() is None and not world.submissions():
            time.sleep(0.01)
        for name in ("cmdline", "environ"):
            assert KEY.encode() not in Path(f"/proc/{run.pid}/{name}").read_bytes(), name
        children = [Path(path).read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if os.access(path, os.R_OK)]
        assert not any(KEY.encode() in words for words in children)
        run.terminate()
        run.communicate()
        assert run.returncode == 143


def key_files(program):
    cases = [(KEY, 0o640, 2, "can be read by others: its mode is 640"), (KEY, 0o604, 2, "can be read by others: its mode is 604"),
             ("", 0o600, 6, "is empty"), (f"{KEY}\n", 0o600, 0, ""), (f"{KEY}\r\n", 0o600, 0, ""),
             (f"{KEY}\n\n", 0o600, 6, "has a character at place"), (f" {KEY}", 0o600, 6, "has a character at place 1"),
             ("x" * 9000, 0o600, 6, "has more than 8192 characters")]
    for text, mode, code, says in cases:
        with World(program) as world:
            run = check(world, world.predict("--token-file", key_file(world, text, mode)), code)
            assert same_words([says], run.err), run
            assert code == 0 or not world.requests(), "something was sent all the same"
    with World(program) as world:
        run = check(world, world.predict("--token-file", "nowhere.txt"), 3)
        assert same_words(["reading the key from 'nowhere.txt'", "No such file"], run.err), run


def main(program):
    every_command(program, by_file=False)
    every_command(program, by_file=True)
    every_failure(program)
    redirects(program)
    processes(program)
    key_files(program)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
