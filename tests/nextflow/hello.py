# SPDX-License-Identifier: Apache-2.0
"""hello.py PROGRAM: the Nextflow of the tests is whole: it runs, and a second run takes all from the cache, by the run's own counters.
(Without the launcher's --add-opens a run succeeds and its cache stays empty: everything would be done again, in silence.)"""

import sys

from runs import HERE, Place


def main(program):
    with Place(program) as place:
        for parser in ("v1", "v2"):  # their task hashes differ: neither takes the other's cache
            first = place.run(HERE / "hello.nf", NXF_SYNTAX_PARSER=parser).counted(succeeded=3, cached=0)
            assert "VERSION [HELLO, bash, 5]" in first.out, first
            place.run(HERE / "hello.nf", "-resume", NXF_SYNTAX_PARSER=parser).counted(succeeded=0, cached=3)
            assert place.tasks("CACHED") == ["HELLO (one)", "HELLO (three)", "HELLO (two)"], place.trace()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
