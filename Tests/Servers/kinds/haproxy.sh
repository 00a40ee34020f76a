# shellcheck shell=bash disable=SC2034,SC2154 # see ../README.md
title="HAProxy, master-worker" reload="USR2 to the master" proof="the header X-Revision, from a map in the release"
limit="An address that is taken keeps the old worker, which answers as before: without the header nobody would know."

write_files() {
    cat >"$1/haproxy.cfg" <<END
global
    default-path config
defaults
    mode http
    timeout client 5s
    timeout connect 5s
    timeout server 5s
frontend site
    bind 127.0.0.1:$port
    http-request return status 200 content-type text/plain string "$text" hdr X-Revision "%[str(revision),map(revision.map)]"
END
}

describe() {
    parameters=(
        --signal=USR2 --signal-target="pidfile:$work/haproxy.pid"
        --validate-command='haproxy -c -f haproxy.cfg'
        --revision-file='revision.map=revision {hash}'
        --health-url="http://127.0.0.1:$port/" --health-revision-header=X-Revision --health-timeout=5s
    )
}

start_server() { start server haproxy -W -p "$work/haproxy.pid" -f "$link/haproxy.cfg"; }

set_text() { sed -i "s/string \"[^\"]*\"/string \"$1\"/" "$clone/haproxy.cfg"; }
break_syntax() { sed -i 's/bind .*/bnd/' "$clone/haproxy.cfg"; }
break_answer() { sed -i 's/status 200/status 500/' "$clone/haproxy.cfg"; }
break_start() { sed -i "s/bind .*/bind 127.0.0.1:$control_port/" "$clone/haproxy.cfg"; }
