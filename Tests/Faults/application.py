"""An application that serves one release until it is told of another: application.py LINK PORT-FILE."""

import http.server
import json
import os
import sys

LINK, PORT_FILE = sys.argv[1:]


class Release:
    commit = None
    health = None


def read(name):
    with open(os.path.join(LINK, name), encoding="utf-8") as file:
        return file.read().strip()


def load():
    # The record of the release names its commit, whether it is reached by a link or lies there itself.
    directory = os.path.realpath(LINK)
    pointer = read(".git")
    health = read("health")
    if os.path.realpath(LINK) != directory:
        return load()
    Release.commit = os.path.basename(pointer)
    Release.health = health


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet for each answer: the second of two would wait for the acknowledgement of the first.
    wbufsize = -1
    disable_nagle_algorithm = True

    def answer(self, status, text=""):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Revision", Release.commit or "")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/forget":
            Release.commit = Release.health = None
            return self.answer(200)
        try:
            load()
        except OSError as error:
            return self.answer(500, str(error))
        self.answer(200)

    def do_GET(self):
        if Release.commit is None:
            # As when an orchestrator starts it: it takes what is there.
            try:
                load()
            except OSError:
                pass
        if self.path == "/health":
            return self.answer(200 if Release.health == "ok" else 500)
        self.answer(200, json.dumps({"commit": Release.commit}))

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
with open(PORT_FILE + ".new", "w", encoding="utf-8") as file:
    file.write(str(server.server_port))
os.rename(PORT_FILE + ".new", PORT_FILE)
server.serve_forever()
