#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Queries to JSON and replies back, ours against what the API's Python client does: json.dumps of tolist, and json.loads with
pysynthbio's own transformer. 100 samples x 44,592 genes, bulk-like and single-cell-like; text in memory on both sides, each
one process that takes turns with the other (the first round, in which memory is asked for, is shown too), medians. Times are printed, never judged; exit code 1 where the two sides do not understand the same.

  wire.py WIRE_PROGRAM [RUNS]       with a Python that has pysynthbio (scripts/oracle-venv)
"""
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from pysynthbio.output_transformers import transform_standard_model_output

sys.dont_write_bytecode = True
from measured import median

N_SAMPLES, N_GENES = 100, 44_592
WANTED = 20


def made(kind):
    random = np.random.default_rng(11)
    if kind == "bulk":  # 10 million counts a sample
        rate = random.lognormal(0, 2.5, N_GENES)
        rate[random.random(N_GENES) < 0.1] = 0
        return random.poisson(random.gamma(2, rate / 2 / rate.sum() * 1e7, (N_SAMPLES, N_GENES))).astype(np.int64)
    rate = random.lognormal(0, 2, N_GENES)  # 10,000 counts a cell
    return random.poisson(random.gamma(2, rate / 2 / rate.sum() * 1e4, (N_SAMPLES, N_GENES))).astype(np.int64)


def reply_of(counts):
    random = np.random.default_rng(12)
    latents = {"biological": 1024, "technical": 32, "perturbation": 512}
    outputs = [{"counts": row.tolist(), "metadata": {"sex": "female", "modality": "bulk"},
                "latents": {group: random.normal(size=n).tolist() for group, n in latents.items()}} for row in counts]
    return {"model_version": 3, "gene_order": [f"ENSG{i:011d}" for i in range(N_GENES)], "outputs": outputs}


def theirs(counts, reply_text):
    began = time.perf_counter()
    query = json.dumps({"seed": 7, "inputs": [{"counts": row.tolist()} for row in counts]})
    written = time.perf_counter()
    frames = transform_standard_model_output(json.loads(reply_text))
    return query, frames["expression"], {"write": written - began, "read": time.perf_counter() - written}


def contest(program, folder, kind, runs):
    counts = made(kind)
    (folder / "counts").write_bytes(np.array(counts.shape, np.int64).tobytes() + counts.tobytes())
    reply_text = json.dumps(reply_of(counts), separators=(",", ":"))
    (folder / "reply").write_text(reply_text)
    ours, peer = [], []
    with subprocess.Popen([program, folder / "counts", folder / "request", folder / "reply"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as program_of_ours:
        for _ in range(runs):
            print(file=program_of_ours.stdin, flush=True)
            ours.append(json.loads(program_of_ours.stdout.readline()))
            query, expression, times = theirs(counts, reply_text)
            peer.append(times)
        program_of_ours.stdin.close()
    same = (json.loads((folder / "request").read_text()) == json.loads(query) and np.array_equal(expression.to_numpy(), counts)
            and ours[0]["nonzeros"] == np.count_nonzero(counts) and ours[0]["sum"] == counts.sum())
    zeros = 100 * (1 - np.count_nonzero(counts) / counts.size)
    print(f"{kind}: {N_SAMPLES} x {N_GENES:,}, {zeros:.0f} % zeros, reply {len(reply_text) / 1e6:.1f} MB, {'identical' if same else 'DIFFERENT'}")
    both = [{way: median([one[way] for one in side]) for way in ("write", "read")} for side in (ours, peer)]
    for name, way in (("counts to request", ("write",)), ("reply to counts", ("read",)), ("both", ("write", "read"))):
        a, b = (sum(side[key] for key in way) for side in both)
        wanted = f"  (wanted: {WANTED}x)" if name == "both" else ""
        print(f"  {name:<18} gemflow {a * 1e3:8.1f} ms   Python client {b * 1e3:8.1f} ms   {b / a:6.1f}x{wanted}")
    first = [sum(side[0][way] for way in ("write", "read")) for side in (ours, peer)]
    print(f"  {'both, first round':<18} gemflow {first[0] * 1e3:8.1f} ms   Python client {first[1] * 1e3:8.1f} ms   {first[1] / first[0]:6.1f}x")
    return same


def main():
    program, runs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        same = [contest(program, Path(folder), kind, runs) for kind in ("bulk", "single-cell")]
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
