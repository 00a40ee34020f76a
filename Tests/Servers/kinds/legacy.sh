# shellcheck shell=bash disable=SC2034,SC2154 # see ../README.md
title="a program that reads its file once" reload="KILL; its supervisor starts it again" proof="its process is newer than the release"
limit="It cannot say which configuration it runs. A file that it reads and that is wrong all the same looks well."

write_files() { printf '[service]\ngreeting = %s\n' "$text" >"$1/service.ini"; }

describe() {
    parameters=(
        --signal=KILL --signal-target="port:$port"
        --health-url="http://127.0.0.1:$port/healthz" --health-watch=500ms --health-timeout=15s
    )
}

start_server() {
    restarting server python3 "$samples/config/legacy.py" --config "$link/service.ini" --port "$port" --reload restart
}

set_text() { printf '[service]\ngreeting = %s\n' "$1" >"$clone/service.ini"; }
break_syntax() { echo "nonsense" >"$clone/service.ini"; }
break_start() { rm "$clone/service.ini"; }
