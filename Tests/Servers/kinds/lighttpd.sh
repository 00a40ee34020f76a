# shellcheck shell=bash disable=SC2034,SC2154 # see ../README.md
title="lighttpd" reload="USR1" proof="the header X-Revision, by an included file"
limit="It ends when it cannot take an address at a reload, which lighttpd -tt does not find: it needs a supervisor."

write_files() {
    mkdir "$1/public"
    echo "$text" >"$1/public/index.html"
    cat >"$1/lighttpd.conf" <<END
server.modules = ("mod_setenv", "mod_access")
server.bind = "127.0.0.1"
server.port = $port
server.document-root = "$link/public"
server.feature-flags = ("server.graceful-shutdown-timeout" => 5)
index-file.names = ("index.html")
include "revision.conf"
END
}

describe() {
    parameters=(
        --signal=USR1 --signal-target="port:$port"
        --validate-command='lighttpd -tt -f lighttpd.conf'
        --revision-file='revision.conf=setenv.add-response-header = ("X-Revision" => "{hash}")'
        --health-url="http://127.0.0.1:$port/" --health-revision-header=X-Revision --health-timeout=15s
    )
}

start_server() { restarting server lighttpd -D -f "$link/lighttpd.conf"; }

set_text() { echo "$1" >"$clone/public/index.html"; }
break_syntax() { echo "server.port = = 1" >>"$clone/lighttpd.conf"; }
# Nobody may read anything: 403, which is as bad.
break_answer() { echo 'url.access-deny = ("")' >>"$clone/lighttpd.conf"; }
break_start() { sed -i "s/server.port = .*/server.port = $control_port/" "$clone/lighttpd.conf"; }
