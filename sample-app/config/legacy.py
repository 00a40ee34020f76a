#!/usr/bin/env python3
"""A program as one finds them: it reads its configuration once, when it starts, and knows nothing of git.

What makes it read the file again is chosen with --reload, because such programs come in three kinds:
    signal   a SIGHUP; like many, it ends when it then cannot read what it finds
    http     POST /reload with the token of --token-file; what it cannot read it refuses, and goes on with what it had
    restart  nothing but a restart
"""
import argparse
import configparser
import hmac
import http.server
import signal
import sys


class Configuration:
    def __init__(self, path):
        self.path = path
        self.read()

    def read(self):
        parser = configparser.ConfigParser()
        with open(self.path, encoding="utf-8") as file:
            parser.read_file(file)
        self.greeting = parser.get("service", "greeting")


class Handler(http.server.BaseHTTPRequestHandler):
    configuration = None
    token = None

    def do_GET(self):
        self.say(200, "ok" if self.path == "/healthz" else self.configuration.greeting)

    def do_POST(self):
        given = self.headers.get("Authorization", "")
        if self.path != "/reload" or self.token is None:
            self.say(404, "not found")
        elif not hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            self.say(401, "a token is needed")
        else:
            try:
                self.configuration.read()
                self.say(200, "read")
            except (OSError, configparser.Error) as error:
                self.say(422, str(error))

    def say(self, status, text):
        body = (text + "\n").encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--reload", choices=["signal", "http", "restart"], required=True)
    parser.add_argument("--token-file")
    options = parser.parse_args()

    def read_again(*_):
        try:
            Handler.configuration.read()
        except (OSError, configparser.Error) as error:
            sys.exit(f"cannot use {options.config}: {error}")

    try:
        Handler.configuration = Configuration(options.config)
    except (OSError, configparser.Error) as error:
        sys.exit(f"cannot use {options.config}: {error}")
    signal.signal(signal.SIGHUP, read_again if options.reload == "signal" else signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if options.reload == "http":
        with open(options.token_file, encoding="utf-8") as file:
            Handler.token = file.read().strip()
    http.server.ThreadingHTTPServer((options.address, options.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
