"""git's smart protocol over HTTP as servers of long ago offered it: old_git.py DIRECTORY PORT WITHOUT[,WITHOUT…].

What stands after WITHOUT is taken out of the abilities that git announces, so that no client may use it.
"""

import gzip
import http.server
import os
import subprocess
import sys

DIRECTORY, PORT = sys.argv[1], int(sys.argv[2])
WITHOUT = set(sys.argv[3].split(","))


def reduced(advertisement):
    """The same advertisement, its first line without the abilities that are not to be there."""
    if len(advertisement) < 4:
        return advertisement
    length = int(advertisement[:4], 16)
    line, rest = advertisement[4:length], advertisement[length:]
    if b"\0" not in line:
        return advertisement
    reference, abilities = line.rstrip(b"\n").split(b"\0", 1)
    kept = [word for word in abilities.split() if word.split(b"=")[0].decode() not in WITHOUT]
    line = reference + (b"\0" + b" ".join(kept) if kept else b"") + b"\n"
    return b"%04x" % (len(line) + 4) + line + rest


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", "application/x-git-upload-pack-" + kind)
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def repository(self, tail):
        path = self.path.split("?")[0]
        repository = os.path.normpath(DIRECTORY + path[: -len(tail)]) if path.endswith(tail) else ""
        if not repository.startswith(DIRECTORY + "/") or not os.path.isdir(repository):
            self.send_error(404)
            return None
        return repository

    def git(self, repository, *options, body=b""):
        command = ["git", "upload-pack", "--stateless-rpc", *options, repository]
        return subprocess.run(command, input=body, stdout=subprocess.PIPE, check=False).stdout

    def do_GET(self):
        repository = self.repository("/info/refs")
        if repository:
            advertisement = reduced(self.git(repository, "--http-backend-info-refs"))
            self.answer("advertisement", b"001e# service=git-upload-pack\n0000" + advertisement)

    def do_POST(self):
        repository = self.repository("/git-upload-pack")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if repository:
            self.answer("result", self.git(repository, body=body))


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
