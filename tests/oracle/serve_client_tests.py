# SPDX-License-Identifier: Apache-2.0
"""The client's own integration test, as its source brings it, against gemflow serve.    serve_client_tests.py GEMFLOW"""
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from serving import HOSTED, Serving, environment

sources = sorted((Path(sys.prefix) / "source").glob("pysynthbio-*.tar.gz"))
if not sources:
    print("skipped: the client's source is not there, scripts/oracle-venv fetches it")
    raise SystemExit(77)

with tempfile.TemporaryDirectory() as folder, Serving(sys.argv[1], *(word for name in HOSTED for word in ("--as", name))) as server:
    with tarfile.open(sources[-1]) as archive:
        archive.extractall(folder, filter="data")
    (tests,) = Path(folder).glob("*/tests/test_local_integration.py")
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests)], capture_output=True, text=True,
                         timeout=600, cwd=folder, env=environment(server, API_BASE_URL=server.url))
    print(run.stdout, run.stderr)
    # A test that is skipped has seen nothing.
    assert run.returncode == 0 and re.search(r"\b2 passed in", run.stdout), run.returncode
