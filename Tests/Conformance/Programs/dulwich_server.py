"""Serves the bare repositories below a directory by dulwich: dulwich_server.py DIRECTORY PORT."""

import socketserver
import sys
from wsgiref.simple_server import WSGIServer, make_server

from dulwich import log_utils
from dulwich.server import FileSystemBackend
from dulwich.web import HTTPGitApplication, WSGIRequestHandlerLogger, make_wsgi_chain


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


def main():
    log_utils.default_logging_config()
    directory, port = sys.argv[1], int(sys.argv[2])
    application = make_wsgi_chain(FileSystemBackend(directory))
    server = make_server(
        "127.0.0.1", port, application, handler_class=WSGIRequestHandlerLogger, server_class=Server
    )
    server.serve_forever()


if __name__ == "__main__":
    main()
