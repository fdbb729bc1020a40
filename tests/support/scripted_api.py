#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server that does what a script says: for tests of the hosted API's client. Python's standard library alone.

    scripted_api.py --script SCRIPT.json --log LOG.jsonl [--folder FOLDER]

It listens on ports that the system chooses, prints one line of JSON about them ({"api", "other", "proxy", "tls", "ca"}: ports, and
the file of the certificate that signs `tls`), and ends when its standard input ends. `api` and `tls` are the API over http and
https; `other` is another origin, for download links: a request with an Authorization header gets a 400 there; `proxy` speaks as
an HTTP proxy. Where FOLDER is not given, there is no `tls`.

SCRIPT is an object; in its texts {api}, {other}, {proxy}, {tls} become the base URLs.
  token    what a request to the API must bear (else 401); absent: none is asked for
  paths    {"GET /api/models": [BEHAVIOUR, ...]}: each is used once, the last one again and again. Paths may have * and know no
           query; "other" and "proxy" hold the same for those ports (a proxy's paths are whole URLs, "CONNECT host:port").
           What the proxy has no path for it forwards.
  full     plays the whole API, for what `paths` does not have: see scripted_model.py

BEHAVIOUR (all optional):
  status 200, headers {}, body "text" | json ANY | file PATH | size N (so many blanks), html true (a proxy's page), gzip true
  delay S                  before the answer
  length N | "none"        another Content-Length than the true one; none: the connection's end is the body's
  cut N, by "close"|"rst"  ends the connection after N bytes of the body
  drip [N, S]              N bytes, then a pause of S seconds, and so on
  close "before"|"after"   ends the connection without an answer, before or after the request's body was read; by "rst" too
  down S|FILE              the server dies without an answer (with `cut`: after so much of it): every connection is cut, and `api` and
                           `other` refuse others for S seconds, or until FILE is there; then they listen again and know all they knew
  dead true                answers and keeps the connection; the next request on it is read and never answered: it is cut
  early true               answers without reading the request's body, and closes
  last true                Connection: close

LOG has one line a request, written when it has been read and before it is answered: {"n", "port", "connection", "method",
"path", "headers", "length", "sha256", "status", "charged"}; status 0: no answer was given; "dead": it came on a connection that was dead. The method DIES: here the server was dead.
"""
import argparse
import contextlib
import fnmatch
import gzip
import hashlib
import http.client
import json
import os
import select
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import scripted_model  # noqa: E402

HTML = "<html><head><title>Welcome</title></head><body>Please log in to the network.</body></html>"


class Log:
    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")
        self.lock = threading.Lock()
        self.n = 0

    def write(self, entry):
        with self.lock:
            self.n += 1
            self.file.write(json.dumps({"n": self.n, **entry}) + "\n")
            self.file.flush()


class Script:
    """Which behaviour a request meets."""

    def __init__(self, script):
        self.script = script
        self.lock = threading.Lock()
        self.used = {}

    def behaviour(self, part, request):
        with self.lock:
            for name in (request, *self.script.get(part, {})):
                behaviours = self.script.get(part, {}).get(name)
                if behaviours and fnmatch.fnmatchcase(request, name):
                    at = self.used.get((part, name), 0)
                    self.used[part, name] = at + 1
                    return behaviours[min(at, len(behaviours) - 1)]
        return None


class Request:
    def __init__(self, stream):
        if stream.peek(1)[:1] == b"\x16":
            raise EOFError("somebody speaks TLS to a port that does not")
        line = stream.readline(65536).decode("latin-1").strip()
        if not line:
            raise EOFError
        self.method, self.path, _ = line.split(" ", 2)
        self.headers = {k.lower(): v for k, v in http.client.parse_headers(stream).items()}
        self.length = int(self.headers.get("content-length", 0))
        self.body = b""

    def read_body(self, stream, connection):
        if self.headers.get("expect", "").lower() == "100-continue":
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.body = stream.read(self.length)


def reset(connection):
    """Ends a connection with a RST, as a process that died does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.dead = False
        try:
            while self.one_request():
                pass
        except (EOFError, ValueError, OSError):
            pass

    def one_request(self):
        request = Request(self.rfile)
        if self.dead:
            request.read_body(self.rfile, self.connection)
            self.note(request, 0, dead=True)
            reset(self.connection)
            return False
        behaviour = self.choose(request)
        if behaviour is None:
            return False
        if behaviour.get("close") != "before" and not behaviour.get("early"):
            request.read_body(self.rfile, self.connection)
        if callable(behaviour.get("act")):
            behaviour = behaviour["act"](request)
        gives_none = "close" in behaviour or "down" in behaviour
        self.note(request, 0 if gives_none else behaviour.get("status", 200), charged=behaviour.get("charged"))
        time.sleep(behaviour.get("delay", 0))
        if "down" in behaviour:
            if "cut" in behaviour:
                self.answer(request, behaviour)
            self.server.world.die(behaviour["down"])
            return False
        if "close" in behaviour:
            if behaviour.get("by") == "rst":
                reset(self.connection)
            return False
        return self.answer(request, behaviour)

    def choose(self, request):
        world = self.server.world
        port = self.server.port_name
        plain = urlsplit(request.path).path
        if port == "proxy":
            return self.choose_proxy(request)
        if port == "other":
            if "authorization" in request.headers:
                return {"status": 400, "body": "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>"}
            found = world.script.behaviour("other", f"{request.method} {plain}")
        else:
            if world.token and request.headers.get("authorization") != f"Bearer {world.token}":
                return {"status": 401, "json": {"error": f"bad key: {request.headers.get('authorization')}"}}
            found = world.script.behaviour("paths", f"{request.method} {plain}")
        if found is None and world.model is not None:
            return {"act": lambda read: world.model.behaviour(read.method, plain, read)}
        return found or {"status": 404, "json": {"error": f"no such path: {plain}"}}

    def choose_proxy(self, request):
        found = self.server.world.script.behaviour("proxy", f"{request.method} {request.path}")
        if found is not None:
            return found
        if request.method != "CONNECT":
            return {"status": 502, "html": True}
        self.note(request, 200)
        host, port = request.path.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as other:
            self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            pair = [self.connection, other]
            while True:
                for ready in select.select(pair, [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return None
                    pair[1 - pair.index(ready)].sendall(data)

    def note(self, request, status, dead=False, charged=None):
        entry = {"port": self.server.port_name, "connection": self.client_address[1], "method": request.method,
                 "path": request.path, "headers": request.headers, "length": len(request.body),
                 "sha256": hashlib.sha256(request.body).hexdigest(), "status": status}
        if dead:
            entry["dead"] = True
        if charged:
            entry["charged"] = charged
        self.server.world.log.write(entry)

    def answer(self, request, behaviour):
        body = self.server.world.fill(body_of(behaviour))
        headers = {"Content-Type": "text/html" if behaviour.get("html") else "application/json"}
        if behaviour.get("gzip"):
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        length = behaviour.get("length", len(body))
        is_last = behaviour.get("last") or behaviour.get("early") or length == "none" or "cut" in behaviour
        if length != "none":
            headers["Content-Length"] = str(length)
        if is_last:
            headers["Connection"] = "close"
        headers.update({k: self.server.world.fill(str(v)) for k, v in behaviour.get("headers", {}).items()})
        status = behaviour.get("status", 200)
        head = f"HTTP/1.1 {status} {http.client.responses.get(status, 'Status')}\r\n"
        head += "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
        self.connection.sendall(head.encode("latin-1"))
        if request.method != "HEAD":
            self.send(body[:behaviour.get("cut", len(body))], behaviour)
        if "cut" in behaviour and behaviour.get("by") == "rst":
            time.sleep(0.05)  # what was sent must arrive before the RST, which would overtake it
            reset(self.connection)
        if isinstance(length, int) and length != len(body) and request.method != "HEAD":
            is_last = True
        self.dead = bool(behaviour.get("dead"))
        return not is_last

    def send(self, body, behaviour):
        step, pause = behaviour.get("drip", (max(len(body), 1), 0))
        for at in range(0, len(body), step):
            self.connection.sendall(body[at:at + step])
            time.sleep(pause)


def body_of(behaviour):
    if "json" in behaviour:
        return json.dumps(behaviour["json"]).encode()
    if "file" in behaviour:
        with open(behaviour["file"], "rb") as file:
            return file.read()
    if "size" in behaviour:
        return b" " * behaviour["size"]
    if "bytes" in behaviour:
        return behaviour["bytes"]
    return (HTML if behaviour.get("html") else behaviour.get("body", "")).encode()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64
    tls = None

    def __init__(self, world, port_name, tls=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.world, self.port_name, self.tls = world, port_name, tls
        self.open, self.lock = set(), threading.Lock()
        self.begin()

    def begin(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def die(self):
        """Refuses what comes, and cuts what is there."""
        self.shutdown()
        self.socket.close()
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.server_bind()  # and nobody listens: the port is refused, and nobody else's
        with self.lock:
            for connection in self.open:
                reset(connection)
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def come_back(self):
        self.server_activate()
        self.begin()

    def process_request(self, request, client_address):
        with self.lock:
            self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        with self.lock:
            self.open.discard(request)
        super().shutdown_request(request)

    def finish_request(self, request, client_address):
        if self.tls is not None:
            request = self.tls.wrap_socket(request, server_side=True)
        self.RequestHandlerClass(request, client_address, self)
        if self.tls is not None:
            request.close()

    def handle_error(self, request, client_address):
        pass  # a client that goes away, or does not like the certificate


class World:
    """What all ports share."""

    def __init__(self, script, log):
        self.script = Script(script)
        self.log = Log(log)
        self.token = script.get("token")
        self.model = scripted_model.Model(script["full"]) if "full" in script else None
        self.bases = {}
        self.servers = {}
        self.dying = threading.Lock()

    def die(self, until):
        if not self.dying.acquire(blocking=False):
            return
        servers = [self.servers["api"], self.servers["other"]]
        for server in servers:
            server.die()
        self.log.write({"port": "", "method": "DIES", "path": "", "status": 0})
        threading.Thread(target=self.come_back, args=(servers, until), daemon=True).start()

    def come_back(self, servers, until):
        if isinstance(until, str):
            while not os.path.exists(until):
                time.sleep(0.01)
        else:
            time.sleep(until)
        for server in servers:
            server.come_back()
        self.dying.release()

    def fill(self, text):
        for name, base in self.bases.items():
            mark = "{" + name + "}"
            text = text.replace(mark.encode(), base.encode()) if isinstance(text, bytes) else text.replace(mark, base)
        return text


def make_certificate(folder):
    """A certificate for 127.0.0.1, localhost and api.localhost that signs itself."""
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "ca.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=gemflow test", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:api.localhost", "-keyout", key,
                    "-out", certificate], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--script", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--folder")
    options = parser.parse_args()
    with open(options.script, encoding="utf-8") as file:
        world = World(json.load(file), options.log)
    world.servers = {name: Server(world, name) for name in ("api", "other", "proxy")}
    ports = {name: server.server_address[1] for name, server in world.servers.items()}
    world.bases = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    if options.folder:
        context, ports["ca"] = make_certificate(options.folder)
        ports["tls"] = Server(world, "tls", context).server_address[1]
        world.bases["tls"] = f"https://127.0.0.1:{ports['tls']}"
    print(json.dumps(ports), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
