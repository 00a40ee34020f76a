#!/usr/bin/env bash
# A tour of half a minute: a good push, a bad one, a repair. Succeeds only if each of them went as it says.
# shellcheck source-path=SCRIPTDIR source=../lib/sample.sh
. "$(dirname "$0")/../lib/sample.sh"
# shellcheck source=start.sh
. "$(dirname "$0")/start.sh"

# How soon after the push the change must be answered. One of three pushes has to make it: the machine may be busy.
limit_milliseconds=${DEMO_LIMIT_MS:-1000}

bold='' plain=''
if [ -t 1 ]; then bold=$'\e[1m' plain=$'\e[0m'; fi

say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

now() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

show() {
    printf '  $ curl -i %s\n' "$url"
    answer --include "$url" | tr -d '\r' | grep -iE '^(HTTP|x-revision|[^:]*$)' | sed 's/^/    /'
}

# push_and_time MESSAGE TEXT: pushes, waits until the answer has the text in it, and shows it; $milliseconds is how long
# that took.
push_and_time() {
    local from
    printf '  $ git push\n'
    push "$1"
    from=$(now)
    expect_answer "$url" "$2"
    milliseconds=$(($(now) - from))
    expect_outcome deployed
    show
}

# ask_on: asks again and again until there is $work/enough, and counts what comes.
ask_on() {
    local good=0 bad=0
    while [ ! -e "$work/enough" ]; do
        if answer "$url" >/dev/null; then good=$((good + 1)); else bad=$((bad + 1)); fi
        sleep 0.02
    done
    echo "$good $bad" >"$work/answers"
}

begin demo
start_sample
say "A Node server runs what is in $bare, commit ${hash:0:10}"
expect_answer "$url" "Hello from git"
show

say "1. A change is pushed"
for greeting in "Hello from a push" "Hello from a second push" "Hello from a third push"; do
    sed -i "s/'Hello.*'/'$greeting'/" "$clone/app.js"
    push_and_time "$greeting" "$greeting"
    echo "  live $milliseconds ms after the push"
    if [ "$milliseconds" -lt "$limit_milliseconds" ]; then break; fi
    echo "  (this machine is busy: once more)"
done
[ "$milliseconds" -lt "$limit_milliseconds" ] || fail "none of the pushes was live in $limit_milliseconds ms"
good=$hash

say "2. A broken change is pushed: it throws when it starts"
ask_on &
asking=$!
processes+=("$asking")
echo 'throw new Error("half an idea")' >>"$clone/app.js"
printf '  $ git push\n'
push "Half an idea"
expect_outcome rolled-back
wait_until 5 "the link is back" is_published "$good"
touch "$work/enough"
wait "$asking"
read -r answered failed <"$work/answers"
echo "  taken back by itself, because $(reason)"
echo "  meanwhile the service was asked $((answered + failed)) times and answered $answered times:"
show
if [ "$failed" -ne 0 ] || [ "$answered" -eq 0 ]; then fail "$failed of $((answered + failed)) requests failed"; fi
answers_with "$url" "$greeting" || fail "the service does not run the last good release"

say "3. The repair is pushed"
sed -i '$d' "$clone/app.js"
sed -i "s/'Hello.*'/'Hello from the repair'/" "$clone/app.js"
push_and_time "A whole idea" "Hello from the repair"
echo "  live $milliseconds ms after the push"

say "The journal of what happened, $root/.git-sidecar/releases.log"
sed -E 's/^.*"hash":"([0-9a-f]{10})[^"]*".*"subject":"([^"]*)","outcome":"([^"]*)".*$/  \1  \3  \2/' \
    "$root/.git-sidecar/releases.log"
