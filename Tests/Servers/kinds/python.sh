# shellcheck shell=bash disable=SC2034,SC2154 # see ../README.md
title="Python, http.server" reload="TERM; its supervisor starts it again" proof="the header X-Revision"
limit="It is down while it restarts; only a trial run spares the users a push that cannot start."

write_files() {
    cat >"$1/server.py" <<'END'
import http.server
import os
import pathlib

from words import text

REVISION = (pathlib.Path(__file__).resolve().parent / "REVISION").read_text(encoding="ascii").strip()
STATUS = 200


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(STATUS)
        self.send_header("X-Revision", REVISION)
        self.end_headers()
        self.wfile.write(text.encode())


http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
END
    echo "text = '$text'" >"$1/words.py"
}

describe() {
    parameters=(
        --signal=TERM --signal-target="port:$port"
        --revision-file=REVISION
        --health-url="http://127.0.0.1:$port/" --health-revision-header=X-Revision --health-timeout=15s
    )
    trial=(--trial-command='python3 server.py' --trial-health-url='http://127.0.0.1:{port}/')
}

start_server() { restarting server env PORT="$port" PYTHONDONTWRITEBYTECODE=1 python3 "$link/server.py"; }

set_text() { echo "text = '$1'" >"$clone/words.py"; }
break_syntax() { echo "text = (" >"$clone/words.py"; }
break_answer() { sed -i 's/STATUS = 200/STATUS = 500/' "$clone/server.py"; }
break_start() { echo "raise RuntimeError('it does not start')" >"$clone/words.py"; }
