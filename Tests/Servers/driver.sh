#!/usr/bin/env bash
# Tries the servers with pushes of each kind and prints a table: Tests/Servers/driver.sh [--write]
#
# Environment: ONLY=WORDS for some of the servers, QUICK=1 for three of them in less than a minute, VERBOSE=1 shows logs where
# a cell is wrong. --write puts the whole table and the parameters into docs/servers.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
documents=$here/../../docs/servers
kinds=(nginx node node-cluster gunicorn gunicorn-preload haproxy apache2 lighttpd caddy python legacy prometheus php-fpm)
cases=(good syntax repair error crash two rollback)
write=()
if [ "${1-}" = --write ]; then write=(--write "$documents"); fi
if [ -n "${QUICK-}" ]; then
    kinds=(nginx node gunicorn)
    cases=(good crash repair)
fi
if [ -n "${ONLY-}" ]; then read -ra kinds <<<"$ONLY"; fi
if [ -n "${QUICK-}${ONLY-}" ] && [ ${#write[@]} -ne 0 ]; then
    echo "--write wants all servers: leave QUICK and ONLY away" >&2
    exit 2
fi

place=$(mktemp -d "${TMPDIR:-/tmp}/git-sidecar-servers.XXXXXX")
trap 'rm -rf "$place"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
touch "$place/results"
failed=0
# try KIND CASE ...: ten minutes are more than it needs. In the background, so that a signal to us ends it at once.
try() {
    setpriv --pdeathsig TERM timeout 600 "$here/cell.sh" "$1" "$place/results" "${@:2}" >/dev/null &
    wait $! || failed=1
}

for kind in "${kinds[@]}"; do
    begun=$SECONDS
    try "$kind" "${cases[@]}"
    if [ -z "${QUICK-}" ] && grep -q 'trial=(' "$here/kinds/$kind.sh"; then try "$kind" trial good; fi
    "$here/describe.sh" "$kind" >>"$place/titles"
    echo "$kind: $((SECONDS - begun)) s" >&2
done
"$here/report.py" "$place/results" "$place/titles" "${write[@]}" || failed=1
exit $failed
