#!/usr/bin/env bash
# Deploys, breaks and repairs the Node server by pushing.
# shellcheck source-path=SCRIPTDIR source=../lib/sample.sh
. "$(dirname "$0")/../lib/sample.sh"
# shellcheck source=start.sh
. "$(dirname "$0")/start.sh"

begin node
start_sample
expect_answer "$url" "Hello from git"
passed "the first release is served"

sed -i "s/Hello from git/Hello again/" "$clone/app.js"
push "Another greeting"
expect_outcome deployed
expect_answer "$url" "Hello again"
[ "$(answer --output /dev/null --write-out '%header{x-revision}' "$url")" = "$hash" ] || fail "the answer is of $hash"
passed "a push is live, and the answer carries its commit"
good=$hash

echo 'throw new Error("it does not start")' >>"$clone/app.js"
push "Break it"
expect_outcome rolled-back
wait_until 5 "the link is back" is_published "$good"
expect_answer "$url" "Hello again"
[[ $(reason) == *"X-Revision is $good"* ]] || fail "the reason tells of the revision: $(reason)"
passed "code that does not start is taken back: $(reason)"

sed -i '$d' "$clone/app.js"
sed -i "s/Hello again/Hello, repaired/" "$clone/app.js"
push "Repair it"
expect_outcome deployed
expect_answer "$url" "Hello, repaired"
passed "the repair is live"
