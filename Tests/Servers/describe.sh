#!/usr/bin/env bash
# Prints what documents say of a server, in one line with tabs between: kind, title, reload, target, proof, limit, and the
# parameters as they are tested, with the port and the paths of the examples.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kind=$1
# shellcheck disable=SC2034 # the kinds use them
port=8080 admin_port=2019 link=/git/app work=/run samples=/samples
choose_port() { :; }
# Set by the kind.
title="" reload="" proof="" limit="" parameters=() trial=()
# shellcheck source=/dev/null
. "$here/kinds/$kind.sh"

describe

# In single quotes where a shell wants them.
quoted() {
    if [[ $1 =~ ^[A-Za-z0-9_./:=-]+$ ]]; then printf %s "$1"; else printf %s "${1%%=*}='${1#*=}'"; fi
}

case "${parameters[*]}" in
*--signal-target=*)
    for parameter in "${parameters[@]}"; do
        if [[ $parameter == --signal-target=* ]]; then target="\`${parameter#*=}\`"; fi
    done
    ;;
*--reload-url=*) target="\`${parameters[0]#*=}\`" ;;
*) target="a script" ;;
esac
printf '%s\t%s\t%s\t%s\t%s\t%s' "$kind" "$title" "$reload" "$target" "$proof" "$limit"
for parameter in "${parameters[@]}" "${trial[@]}"; do printf '\t%s' "$(quoted "$parameter")"; done
echo
