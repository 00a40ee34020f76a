# shellcheck shell=bash disable=SC2034,SC2154 # see ../README.md
title="Prometheus" reload="POST /-/reload" proof="none: it accepted the call and is ready"
limit="It does not answer with a revision, so that nothing says which configuration it runs."
path=/api/v1/status/config

write_files() { printf "global:\n  external_labels: {text: '%s'}\n" "$text" >"$1/prometheus.yml"; }

describe() {
    parameters=(
        --reload-url="http://127.0.0.1:$port/-/reload"
        --validate-command='promtool check config prometheus.yml'
        --health-url="http://127.0.0.1:$port/-/ready" --health-timeout=15s
    )
}

start_server() {
    start server prometheus --config.file="$link/prometheus.yml" --storage.tsdb.path="$work/data" \
        --web.listen-address="127.0.0.1:$port" --web.enable-lifecycle
}

set_text() { printf "global:\n  external_labels: {text: '%s'}\n" "$1" >"$clone/prometheus.yml"; }
break_syntax() { echo "nonsense: [" >"$clone/prometheus.yml"; }
# promtool does not try whether the file can be written.
break_start() { sed -i "s|^global:|global:\n  query_log_file: $work/nowhere/queries.log|" "$clone/prometheus.yml"; }
