#!/usr/bin/env bash
# Starts a program again whenever it ends, as an orchestrator does: lib/restart.sh COMMAND ...
set -u
while :; do
    setpriv --pdeathsig TERM -- "$@"
    echo "it ended with $?; it is started again" >&2
    sleep 0.2
done
