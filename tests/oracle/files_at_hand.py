# SPDX-License-Identifier: Apache-2.0
"""The h5ad files that every oracle goes over: our own, and the real ones where they are."""

import os
from pathlib import Path


def h5ads():
    source = Path(os.environ.get("GEMFLOW_SOURCE", Path(__file__).parents[2]))
    shared = Path(os.environ.get("GEMFLOW_SHARED", source.parent / "shared"))
    files = sorted((source / "tests" / "data").glob("*.h5ad"))
    return files + sorted(shared.glob("cases/h5ad/**/*.h5ad")) + sorted(shared.glob("data/**/*.h5ad"))
