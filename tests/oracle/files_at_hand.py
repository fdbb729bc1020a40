# SPDX-License-Identifier: Apache-2.0
"""The files that oracles go over: our own, and the real ones where they are."""

import os
import sys
from pathlib import Path


def h5ads():
    source = Path(os.environ.get("GEMFLOW_SOURCE", Path(__file__).parents[2]))
    shared = Path(os.environ.get("GEMFLOW_SHARED", source.parent / "shared"))
    files = sorted((source / "tests" / "data").glob("*.h5ad"))
    return files + sorted(shared.glob("cases/h5ad/**/*.h5ad")) + sorted(shared.glob("data/**/*.h5ad"))


def kang_labelled():
    """Real blood cells with labels. Where they are not, a run ends here: skipped, but in CI a failure."""
    cells = Path(os.environ["GEMFLOW_SHARED"]) / "data/kang_labelled/kang_labelled.h5ad"
    if not cells.exists():
        print(f"skipped: '{cells}' is not there")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    return cells
