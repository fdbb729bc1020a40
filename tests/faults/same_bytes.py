# SPDX-License-Identifier: Apache-2.0
"""same_bytes.py SHIM PROGRAM IN: what PROGRAM writes beside the cells of IN is the same to the byte, whatever unset memory held
(SHIM: unset_memory.cpp) and however the cells were cut into chunks."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

patterns = [0, *range(1, 17), 255, 0x7F7F, 0xFFFF]  # small numbers are what fields of lengths and widths might take
chunks = [7, 1000, 100_000]


def written(shim, program, source, pattern, chunk):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.h5ad")
        given = {**os.environ, "LD_PRELOAD": shim, "UNSET_MEMORY": str(pattern)}
        subprocess.run([program, "annotate", source, out, str(chunk)], env=given, check=True)
        return Path(out).read_bytes()


def main(shim, program, source):
    first = written(shim, program, source, 0, chunks[0])
    for i, pattern in enumerate(patterns):
        chunk = chunks[i % len(chunks)]
        found = written(shim, program, source, pattern, chunk)
        at = next((n for n, (a, b) in enumerate(zip(first, found)) if a != b), min(len(first), len(found)))
        assert found == first, f"{source}: other bytes from {at} on with memory of {pattern}, chunks of {chunk} cells"


if __name__ == "__main__":
    main(*sys.argv[1:])
