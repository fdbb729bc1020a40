# SPDX-License-Identifier: Apache-2.0
"""Many clients at once, and hostile ones beside them: no honest request fails, each answer is the one that was given when it was
quiet, and memory stays bounded.    serve_load.py GEMFLOW SECONDS CLIENTS"""
import hashlib
import http.client
import json
import random
import socket
import sys
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

from serving import Serving, allow_many_files

PROGRAM, SECONDS, CLIENTS = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
IDS = ["gem-1-sc", "gem-1-bulk", "gem-1-sc_predict-metadata", "gem-1-sc_reference-conditioning"]
MOST_BYTES = 512 << 20


class Client:
    """One that speaks the API; keeps its connection, or makes a new one for each request as the real client does."""

    def __init__(self, server, keeps):
        self.server, self.keeps, self.connection = server, keeps, None

    def call(self, method, path, body=None, key=True):
        at = urlsplit(self.server.url)
        if self.connection is None:
            self.connection = http.client.HTTPConnection(at.hostname, at.port, timeout=120)
        headers = {"Authorization": f"Bearer {self.server.key}"} if key else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if not self.keeps:
            self.connection.close()
            self.connection = None
        assert answer.status == 200, (method, path, answer.status, text[:300])
        return text

    def ask(self, model, body):
        query = json.loads(self.call("POST", f"/api/models/{model}/predict", body))["modelQueryId"]
        while True:
            now = json.loads(self.call("GET", f"/api/model-queries/{query}/status"))
            if now["status"] == "ready":
                return hashlib.sha256(self.call("GET", urlsplit(now["downloadUrl"]).path, key=False)).hexdigest()
            assert now["status"] in ("queued", "running"), now
            time.sleep(0.05)


def questions(server):
    """Each with the answer that is given in the quiet."""
    client, all_ = Client(server, True), []
    for model in IDS:
        example = json.loads(client.call("GET", f"/api/models/{model}/example-query"))["example_query"]
        for seed in range(3):
            query = example | {"seed": seed}
            if "num_samples" in query["inputs"][0]:
                query["inputs"][0]["num_samples"] = 1 + seed
                # Ten million counts are drawn in a second, which is the model's own arithmetic; cells in milliseconds.
                query["sampling_strategy"] = "mean estimation" if "bulk" in model else "sample generation"
            body = json.dumps(query)
            all_.append((model, body, client.ask(model, body)))
    return all_


class Crowd:
    """Threads that do something again and again until the time is over; the first that fails fails all."""

    def __init__(self):
        self.until, self.done, self.faults, self.threads = time.monotonic() + SECONDS, Counter(), [], []

    def add(self, name, action):
        def again():
            try:
                while time.monotonic() < self.until and not self.faults:
                    action()
                    self.done[name] += 1
            except Exception as fault:  # noqa: BLE001
                self.faults.append((name, repr(fault)))
        self.threads.append(threading.Thread(target=again))

    def run(self):
        for thread in self.threads:
            thread.start()
        for thread in self.threads:
            thread.join()
        assert not self.faults, self.faults[:5]


def honest(server, all_questions, number):
    client, dice = Client(server, keeps=number % 2 == 0), random.Random(number)

    def ask():
        model, body, wanted = dice.choice(all_questions)
        assert client.ask(model, body) == wanted, f"another answer from {model}"
    return ask


def raw(server, pieces, pause=0.0, half_close=False):
    """Sends bytes, and returns the status that comes back; 0 where the connection was closed without one."""
    at = urlsplit(server.url)
    with socket.create_connection((at.hostname, at.port), timeout=90) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:  # it was cut off
            pass
        got = b""
        try:
            while b"\r\n" not in got and (more := connection.recv(4096)):
                got += more
        except OSError:
            pass
        return int(got.split()[1]) if got.startswith(b"HTTP/1.") else 0


def head(server, *lines, key=None, model="gem-1-sc"):
    at = urlsplit(server.url)
    return "\r\n".join((f"POST /api/models/{model}/predict HTTP/1.1", f"Host: {at.netloc}", f"Authorization: Bearer {key or server.key}",
                        "Content-Type: application/json", *lines, "", "")).encode()


def hostile(server):
    """Name, the statuses that are right (0: cut off), and what is done."""
    query = b'{"inputs": [{"metadata": {}}]}'
    length = f"Content-Length: {len(query)}"
    million = b"[" * 1_000_000
    return [
        ("slowloris", {0}, lambda: raw(server, [b"GET /api/models HTTP/1.1\r\nX: "] + [b"x"] * 40, 0.5)),
        ("a body that drips", {0}, lambda: raw(server, [head(server, "Content-Length: 1000")] + [b" "] * 4, 0.5, half_close=True)),
        ("ten gigabytes", {413, 0}, lambda: raw(server, [head(server, "Content-Length: 10000000000")] + [b" " * 65536] * 40)),
        ("eighty megabytes", {413}, lambda: raw(server, [head(server, "Content-Length: 83886080")] + [b" " * (1 << 20)] * 80)),
        ("endless chunks", {413, 0}, lambda: raw(server, [head(server, "Transfer-Encoding: chunked")] + [b"100000\r\n" + b" " * (1 << 20) + b"\r\n"] * 300)),
        ("deep JSON", {422}, lambda: raw(server, [head(server, f"Content-Length: {len(million)}"), million])),
        ("deep metadata", {422}, lambda: raw(server, [head(server, f"Content-Length: {len(million) + 30}"), b'{"inputs":[{"metadata":{"a":  ', million])),
        ("too short", {0, 400}, lambda: raw(server, [head(server, "Content-Length: 5000"), query], half_close=True)),
        ("too long", {200, 422}, lambda: raw(server, [head(server, "Content-Length: 10"), query])),
        ("a negative length", {400, 0}, lambda: raw(server, [head(server, "Content-Length: -1"), query])),
        ("two lengths", {400}, lambda: raw(server, [head(server, length, "Content-Length: 3"), query])),
        ("a wrong key", {401}, lambda: raw(server, [head(server, length, key="x" * 43), query])),
        ("half closed", {200, 429}, lambda: raw(server, [head(server, length), query], half_close=True)),
        ("no HTTP", {0, 400}, lambda: raw(server, [b"\x16\x03\x01\x02\x00\x01" * 20 + b"\r\n\r\n"], half_close=True)),
        ("a head without end", {0, 413, 414, 431}, lambda: raw(server, [b"GET /" + b"a" * 500_000], half_close=True)),
        ("a number without end", {422}, lambda: raw(server, [head(server, "Content-Length: 1000010"), b'{"seed":' + b"1" * 1_000_002])),
        ("gone at once", {0}, lambda: raw(server, [], half_close=True)),
    ]


def watched(server, name, right, action):
    def attack():
        status = action()
        assert status in right, f"{name}: {status}"
    return attack


def load(server, all_questions):
    crowd = Crowd()
    for number in range(CLIENTS):
        crowd.add("honest", honest(server, all_questions, number))
    crowd.run()
    return crowd.done["honest"]


def siege(server, all_questions):
    crowd = Crowd()
    for name, right, action in hostile(server):
        for _ in range(8 if name == "slowloris" else 1):
            crowd.add(name, watched(server, name, right, action))
    for number in range(2):
        crowd.add("honest", honest(server, all_questions, number))
    crowd.run()
    assert all(crowd.done[name] for name, _, _ in hostile(server)), crowd.done
    return crowd.done


allow_many_files()
with Serving(PROGRAM, *(word for name in IDS for word in ("--as", name)), "--memory", "512M", "--max-queries", "1000") as server:
    all_questions = questions(server)
    quiet = server.peak_bytes()
    answered = load(server, all_questions)
    loaded = server.peak_bytes()
    print(f"{CLIENTS} clients, {SECONDS:.0f} s: {answered} answers, each as in the quiet; at most {quiet >> 20} MiB before, {loaded >> 20} MiB after")
    done = siege(server, all_questions)
    besieged = server.peak_bytes()
    print(f"beside {sum(done.values()) - done['honest']} hostile requests: {done['honest']} answers; at most {besieged >> 20} MiB")
    assert answered >= CLIENTS and done["honest"] > 0
    assert besieged < MOST_BYTES, besieged
    code = server.stop()
    assert code == 0, (code, server.said)
