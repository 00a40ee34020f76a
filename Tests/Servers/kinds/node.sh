# shellcheck shell=bash disable=SC2034,SC2154 # see ../README.md
title="Node.js, one process" reload="TERM; its supervisor starts it again" proof="the header X-Revision"
limit="It is down while it restarts; only a trial run spares the users a push that cannot start."

write_files() {
    cat >"$1/server.js" <<'END'
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const text = require('./text.js');
const revision = fs.readFileSync(`${__dirname}/REVISION`, 'utf8').trim();
http.createServer((request, response) => {
  response.setHeader('X-Revision', revision);
  response.end(`${text()}\n`);
}).listen(Number(process.env.PORT), '127.0.0.1');
END
    echo "module.exports = () => '$text';" >"$1/text.js"
}

describe() {
    parameters=(
        --signal=TERM --signal-target="port:$port"
        --revision-file=REVISION
        --health-url="http://127.0.0.1:$port/" --health-revision-header=X-Revision --health-timeout=15s
    )
    trial=(--trial-command='node server.js' --trial-health-url='http://127.0.0.1:{port}/')
}

start_server() { restarting server env PORT="$port" node "$link/server.js"; }

set_text() { echo "module.exports = () => '$1';" >"$clone/text.js"; }
break_syntax() { echo "module.exports = (" >"$clone/text.js"; }
break_answer() { echo "module.exports = () => nobody;" >"$clone/text.js" && sed -i "s/response.end(.*/response.statusCode = 500; response.end();/" "$clone/server.js"; }
break_start() { echo "throw new Error('it does not start');" >"$clone/text.js"; }
