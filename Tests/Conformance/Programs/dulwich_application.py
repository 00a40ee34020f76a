"""dulwich as gunicorn's application, over HTTP/1.1 with chunked answers; DULWICH_DIRECTORY has the repositories."""

import os

from dulwich.server import FileSystemBackend
from dulwich.web import make_wsgi_chain

application = make_wsgi_chain(FileSystemBackend(os.environ["DULWICH_DIRECTORY"]))
