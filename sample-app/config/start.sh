# shellcheck shell=bash
# A legacy program and the sidecar that brings it its configuration; sourced by run.sh and test.sh.
# shellcheck disable=SC2034,SC2154 # variables are set and used by those and by lib/sample.sh

# start_sample [signal|restart|http]
start_sample() {
    local kind=${1:-signal} how=() more=()
    choose_port port "${preferred_port-}"
    url=http://127.0.0.1:$port/
    edit="sed -i 's/Hello from git/Hello from me/' service.ini"
    broken="echo nonsense > service.ini"
    make_repository settings "$samples"/config/settings/.
    case $kind in
    signal) how=(--signal=HUP --signal-target="port:$port") ;;
    restart) how=(--signal=KILL --signal-target="port:$port") ;;
    http)
        head -c 16 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$work/token"
        echo "Authorization: Bearer $(cat "$work/token")" >"$work/reload-header"
        chmod 600 "$work/token" "$work/reload-header"
        how=(--reload-url="${url}reload" --reload-header-file="$work/reload-header")
        more=(--token-file "$work/token")
        ;;
    *) fail "the kinds are signal, restart and http" ;;
    esac
    # It says nothing of which configuration it runs. It must be well for half a second: time enough to fall over.
    start_sidecar "${how[@]}" \
        --health-url="${url}healthz" --health-interval=50ms --health-watch=500ms --health-timeout=3s
    # What ends is started again, as an orchestrator does.
    start program "$samples/lib/restart.sh" python3 "$samples/config/legacy.py" --config "$link/service.ini" \
        --port "$port" --reload "$kind" "${more[@]}"
    expect_outcome deployed
}
