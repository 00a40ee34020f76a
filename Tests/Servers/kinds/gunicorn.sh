# shellcheck shell=bash disable=SC2034,SC2154 # see ../README.md
title="gunicorn" reload="HUP to the master" proof="the header X-Revision"
limit="A worker that cannot boot ends the master: it needs a supervisor, and a trial run where no request may fail."

write_files() {
    cat >"$1/application.py" <<'END'
import pathlib

from words import text

REVISION = (pathlib.Path(__file__).parent / "REVISION").read_text(encoding="ascii").strip()
STATUS = "200 OK"


def app(environ, start_response):
    start_response(STATUS, [("X-Revision", REVISION), ("Content-Type", "text/plain")])
    return [text.encode()]
END
    echo "text = '$text'" >"$1/words.py"
}

describe() {
    parameters=(
        --signal=HUP --signal-target="port:$port"
        --revision-file=REVISION
        --health-url="http://127.0.0.1:$port/" --health-revision-header=X-Revision --health-timeout=15s
    )
    trial=(--trial-command='gunicorn --bind 127.0.0.1:{port} application:app' --trial-health-url='http://127.0.0.1:{port}/')
}

start_server() {
    restarting server env PYTHONDONTWRITEBYTECODE=1 \
        gunicorn --bind "127.0.0.1:$port" --workers 2 --chdir "$link" application:app
}

set_text() { echo "text = '$1'" >"$clone/words.py"; }
break_syntax() { echo "text = (" >"$clone/words.py"; }
break_answer() { sed -i 's/200 OK/500 Broken/' "$clone/application.py"; }
break_start() { echo "raise RuntimeError('it does not start')" >"$clone/words.py"; }
