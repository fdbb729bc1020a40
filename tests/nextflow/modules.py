# SPDX-License-Identifier: Apache-2.0
"""modules.py PROGRAM [--write]: the modules' own tests (nf-test files) in a real Nextflow, all in one run, and the stubs in another.
What they make is what their snapshots say, by MD5 in nf-test's format; --write writes the snapshots from this run."""

import hashlib
import json
import sys

from nf_tests import read_tests, script_of
from runs import PIPELINE, SOURCE, Place

TIME = "2026-11-28T00:00:00"  # nf-test wants one
MARK = {"nf-test": "none: written by tests/nextflow/modules.py", "nextflow": "25.04.4"}


def shown(thing, how):
    """As nf-test writes it: files by name and MD5, or by name alone."""
    if isinstance(thing, str) and thing.startswith("FILE:"):
        path = thing.removeprefix("FILE:")
        name = path.rsplit("/", 1)[-1]
        return name if how == "name" else f"{name}:md5,{hashlib.md5(open(path, 'rb').read()).hexdigest()}"
    if isinstance(thing, list):
        return [shown(one, how) for one in thing]
    return {key: shown(one, how) for key, one in thing.items()} if isinstance(thing, dict) else thing


def run(place, tests, *words):
    script, config = script_of(tests)
    (place.folder / "tests.nf").write_text(script)
    (place.folder / "tests.config").write_text(config)
    done = place.run("tests.nf", "-c", "tests.config", "--modules_testdata_base_path", f"{SOURCE}/", *words)
    assert done.code == 0, done
    kept = {}
    for line in done.out.splitlines():
        if line.startswith("KEPT "):
            n, channel, made = json.loads(line[5:])
            kept[n, channel] = made
    return kept


def snapshots(tests, kept):
    """{module's folder: {title: content}}"""
    made = {}
    for n, test in enumerate(tests):
        content = []
        for channel, how in test.kept:
            assert kept[n, channel], f"{test.process}: '{test.title}' made no {channel}"
            content.append(shown(kept[n, channel], how))
        versions = kept[n, "versions_gemflow"]
        assert len(versions) >= 1 and versions[0][1] == "gemflow" and versions[0][2][0].isdigit() and "\n" not in versions[0][2], versions
        content.append({"versions_gemflow": [[test.process, *version[1:]] for version in versions]})
        made.setdefault(test.folder, {})[test.title] = {"content": content, "timestamp": TIME, "meta": MARK}
    return made


def main(program, *words):
    tests = [test for path in sorted(PIPELINE.glob("modules/gemflow/*/tests/main.nf.test")) for test in read_tests(path)]
    assert len({test.folder for test in tests}) == 10, "a module without tests"
    made = {}
    for is_stub in (False, True):
        some = [test for test in tests if test.is_stub == is_stub]
        with Place(program) as place:
            kept = run(place, some, *(["-stub-run"] if is_stub else []))
            for folder, titles in snapshots(some, kept).items():
                made.setdefault(folder, {}).update(titles)
    for folder, titles in made.items():
        snap = folder / "tests" / "main.nf.test.snap"
        if "--write" in words:
            snap.write_text(json.dumps(titles, indent=4, ensure_ascii=False) + "\n")
        assert json.loads(snap.read_text()) == titles, f"{snap} says\n{snap.read_text()}\nand made was\n{json.dumps(titles, indent=4)}"
    print(f"{len(tests)} tests of {len(made)} modules")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
