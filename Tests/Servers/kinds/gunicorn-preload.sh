# shellcheck shell=bash disable=SC2034,SC2154 # see ../README.md
# shellcheck source-path=SCRIPTDIR source=gunicorn.sh
. "$here/kinds/gunicorn.sh"
title="gunicorn --preload" reload="TERM; its supervisor starts it again" proof="the header X-Revision"
limit="HUP keeps the code that was loaded once, so that each push costs a restart."

describe() {
    parameters=(
        --signal=TERM --signal-target="port:$port"
        --revision-file=REVISION
        --health-url="http://127.0.0.1:$port/" --health-revision-header=X-Revision --health-timeout=15s
    )
    trial=(--trial-command='gunicorn --preload --bind 127.0.0.1:{port} application:app' --trial-health-url='http://127.0.0.1:{port}/')
}

start_server() {
    restarting server env PYTHONDONTWRITEBYTECODE=1 \
        gunicorn --preload --bind "127.0.0.1:$port" --workers 2 --chdir "$link" application:app
}
