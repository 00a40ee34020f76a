#!/usr/bin/env bash
# Runs the test of each sample, one after the other, and says how long each took.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
results=()
failed=0
for test in */test.sh; do
    sample=${test%/test.sh}
    start=$SECONDS
    result=passed
    echo "== $sample"
    setpriv --pdeathsig TERM "$test" || { result=FAILED && failed=1; }
    results+=("$(printf '%-14s %4d s  %s' "$sample" $((SECONDS - start)) "$result")")
done
printf '%s\n' "${results[@]}"
exit $failed
