# SPDX-License-Identifier: Apache-2.0
"""gemflow serve as a test's own server."""

import os
import re
import resource
import signal
import subprocess
import tempfile
from pathlib import Path

HOSTED = ["gem-1-sc", "gem-1-bulk", "gem-1-sc_predict-metadata", "gem-1-bulk_predict-metadata", "gem-1-sc_reference-conditioning",
          "gem-1-bulk_reference-conditioning"]


class Serving:
    """with Serving(program, "--as", "gem-1-sc") as server: … server.url, server.key"""

    def __init__(self, program, *words):
        self.folder = tempfile.TemporaryDirectory()
        self.scratch = Path(self.folder.name)
        key_file = self.scratch / "key"
        (self.scratch / "work").mkdir()
        self.process = subprocess.Popen([program, "serve", *words, "--token-file", str(key_file), "--scratch", str(self.scratch / "work")],
                                        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        self.said = ""
        for line in self.process.stderr:
            self.said += line
            found = re.match(r"export SYNTHESIZE_API_BASE_URL=(\S+) ", line)
            if found:
                self.url = found[1]
                break
        else:
            raise SystemExit(f"gemflow serve ended before it served:\n{self.said}")
        self.key = key_file.read_text()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def peak_bytes(self):
        """The most memory that it has held, as the kernel counts it."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    def stop(self, how=signal.SIGTERM):
        """Its exit code; what it has said is then in `said`."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.said += self.process.stderr.read()
        code = self.process.wait(timeout=120)
        self.folder.cleanup()
        return code


def allow_many_files():
    """As many sockets as this user may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def environment(server, **more):
    """What a client of the API is told through its environment."""
    return {**os.environ, "SYNTHESIZE_API_BASE_URL": server.url, "SYNTHESIZE_API_KEY": server.key, "NO_PROXY": "*", **more}
