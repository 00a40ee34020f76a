# shellcheck shell=bash disable=SC2034,SC2154 # see ../README.md
title="Node.js, cluster" reload="HUP to the primary" proof="the header X-Revision"
limit="The primary process itself, sample-app/node/server.js, is only renewed by a restart."

write_files() {
    cp "$samples/node/server.js" "$1"
    write_app "$1" "response.end('$text\\n')"
}

# Its own /healthz would say ok whatever the code of the application does.
write_app() { echo "module.exports = (request, response) => { $2; };" >"$1/app.js"; }

describe() {
    parameters=(
        --signal=HUP --signal-target="port:$port"
        --health-url="http://127.0.0.1:$port/" --health-revision-header=X-Revision --health-timeout=5s
    )
}

start_server() { start server env PORT="$port" APP_LINK="$link" node "$link/server.js"; }

set_text() { write_app "$clone" "response.end('$1\\n')"; }
break_syntax() { echo "module.exports = (" >"$clone/app.js"; }
break_answer() { write_app "$clone" "response.statusCode = 500; response.end()"; }
break_start() { echo "throw new Error('it does not start');" >"$clone/app.js"; }
