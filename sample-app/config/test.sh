#!/usr/bin/env bash
# Changes, breaks and repairs the configuration of a legacy program by pushing, for each kind of program.
# shellcheck source-path=SCRIPTDIR source=../lib/sample.sh
. "$(dirname "$0")/../lib/sample.sh"
# shellcheck source=start.sh
. "$(dirname "$0")/start.sh"

if [ $# -eq 0 ]; then
    for kind in signal restart http; do "$0" "$kind"; done
    exit
fi

begin "config-$1"
start_sample "$1"
expect_answer "$url" "Hello from git"
passed "$1: the program runs with the first configuration"

sed -i "s/Hello from git/Hello again/" "$clone/service.ini"
push "Another greeting"
expect_outcome deployed
expect_answer "$url" "Hello again"
passed "$1: a push is live"
good=$hash

echo nonsense >"$clone/service.ini"
push "Nonsense"
expect_outcome rolled-back
wait_until 5 "the link is back" is_published "$good"
expect_answer "$url" "Hello again"
passed "$1: what the program cannot read is taken back: $(reason)"

printf '[service]\ngreeting = Hello, repaired\n' >"$clone/service.ini"
push "Repair it"
expect_outcome deployed
expect_answer "$url" "Hello, repaired"
passed "$1: the repair is live"
