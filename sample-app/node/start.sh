# shellcheck shell=bash
# The Node server and its sidecar on one machine; sourced by run.sh, test.sh and demo.sh.
# shellcheck disable=SC2034,SC2154 # variables are set and used by those and by lib/sample.sh

start_sample() {
    choose_port port "${preferred_port-}"
    url=http://127.0.0.1:$port/
    edit="sed -i 's/Hello from git/Hello from me/' app.js"
    broken="echo 'throw new Error(\"oops\")' >> app.js"
    make_repository app "$samples"/node/{app.js,server.js,README.md}
    # The application starts on a published release; the sidecar waits for it to confirm the first one.
    start_sidecar --signal=HUP --signal-target="port:$port" \
        --health-url="${url}healthz" --health-revision-header=X-Revision --health-interval=20ms --health-timeout=3s
    start app env PORT="$port" APP_LINK="$link" node "$link/server.js"
    expect_outcome deployed
}
