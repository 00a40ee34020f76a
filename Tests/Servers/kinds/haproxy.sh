# shellcheck shell=bash disable=SC2034,SC2154 # see kinds/README.md
title="HAProxy, master-worker" reload="USR2 to the master" proof="the header X-Revision, from a file of the release"
limit="An address that is taken keeps the old worker, which answers as before: without the header nobody would know."

write_files() {
    cat >"$1/haproxy.cfg" <<END
defaults
    mode http
    timeout client 5s
    timeout connect 5s
    timeout server 5s
frontend site
    bind 127.0.0.1:$port
    http-request return status 200 content-type text/plain string "$text" hdr X-Revision "\${REVISION}"
END
}

describe() {
    parameters=(
        --signal=USR2 --signal-target="pidfile:$work/haproxy.pid"
        --validate-command='haproxy -c -f revision.cfg -f haproxy.cfg'
        --revision-file=$'revision.cfg=global\n    setenv REVISION {hash}\n'
        --health-url="http://127.0.0.1:$port/" --health-revision-header=X-Revision --health-timeout=5s
    )
}

start_server() { start server haproxy -W -p "$work/haproxy.pid" -f "$link/revision.cfg" -f "$link/haproxy.cfg"; }

set_text() { sed -i "s/string \"[^\"]*\"/string \"$1\"/" "$clone/haproxy.cfg"; }
break_syntax() { sed -i 's/bind .*/bnd/' "$clone/haproxy.cfg"; }
break_answer() { sed -i 's/status 200/status 500/' "$clone/haproxy.cfg"; }
break_start() { sed -i "s/bind .*/bind 127.0.0.1:$control_port/" "$clone/haproxy.cfg"; }
