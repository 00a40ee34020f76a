"""Serves the bare repositories below a directory by klaus, as gunicorn's application: klaus_server:application.

The repositories that are there when it starts are the ones that it has; KLAUS_DIRECTORY names the directory.
"""

import os

from klaus import make_app

directory = os.environ["KLAUS_DIRECTORY"]
application = make_app(
    [os.path.join(directory, name) for name in sorted(os.listdir(directory))], "laboratory", use_smarthttp=True
)
