#!/usr/bin/env bash
# Tries one server with each kind of push: Tests/Servers/cell.sh KIND RESULTS CASE ...
#
# kinds/KIND.sh describes the server: see README.md. RESULTS gets a line for each case, with tabs between: server,
# case, outcome, failed requests, seconds without service, verdict, and "ok" or what is wrong.
# shellcheck source-path=SCRIPTDIR source=../../sample-app/lib/sample.sh
. "$(dirname "$0")/../../sample-app/lib/sample.sh"

here=$(cd "$(dirname "$0")" && pwd)
kind=$1
results=$2
shift 2
# Set by the kind.
path=/ port=0 parameters=() trial=()
# Which text each commit answers with, and which of them the application should answer with.
declare -A text_of
good=""
number=1
# shellcheck source=/dev/null
. "$here/kinds/$kind.sh"

# restarting NAME COMMAND ...: starts a server that is started again 0.2 s after it ended.
restarting() {
    start "$1" "$samples/lib/restart.sh" "${@:2}"
}

# field NAME ...: one value of git-sidecar status --json, such as running verdict.
field() {
    GITSYNC_ROOT=$root "$sidecar" status --json |
        python3 -c 'import json, sys
value = json.load(sys.stdin)
for name in sys.argv[1:]:
    value = value.get(name) if isinstance(value, dict) else None
print("-" if value is None else value)' "$@"
}

is_settled() {
    [ "$(field deployment)" = - ] && [ "$(field condition)" != deploying ]
}

# next_text: a text that no commit has had.
next_text() {
    number=$((number + 1))
    text="version $number."
    set_text "$text"
}

push_text() {
    push "$1"
    text_of[$hash]=$text
}

has_ended() {
    [ -n "$(journal_line "$1")" ] || [[ $(field postponed hash) == "$1" ]]
}

outcome_of() {
    local line
    line=$(journal_line "$1" | sed -n 's/.*"outcome":"\([^"]*\)".*/\1/p')
    echo "${line:-put-off}"
}

now() { date +%s.%N; }

# judge CASE WANTED FROM: compares what answers with what should, and with what the sidecar says; $hash was pushed.
judge() {
    local case=$1 wanted=$2 from=$3 wrong="" outcome verdict said failed seconds
    if ! wait_quietly 60 has_ended "$hash"; then wrong="no outcome after 60 s; "; fi
    outcome=$(outcome_of "$hash")
    if ! wait_quietly 20 answers_with "$url" "${text_of[$wanted]}"; then
        wrong+="does not answer '${text_of[$wanted]}'; "
        if ! answer "$url" >/dev/null; then wrong+="the site stays down; "; fi
    fi
    if ! wait_quietly 40 is_settled; then wrong+="it does not settle; "; fi
    verdict=$(field running verdict)
    said=$(field running hash)
    # A verdict that the new code runs is about code that answers.
    if [ "$verdict" = proved ] || [ "$verdict" = likely ]; then
        answers_with "$url" "${text_of[$said]-no such release}" || wrong+="it says $verdict of ${said:0:10}, which does not answer; "
    fi
    if [ "$verdict" = stale ] && [ -z "$wrong" ]; then wrong+="it says stale, and the right release answers; "; fi
    case $case in
    good | two | repair) [ "$outcome" = deployed ] || wrong+="a good push is $outcome: $(reason); " ;;
    rollback)
        [ "$(field published hash)" = "$wanted" ] || wrong+="$(field published hash) is published; "
        [ "$outcome" = chosen ] || wrong+="a release chosen by hand is $outcome; "
        ;;
    *) [ "$outcome" = rejected ] || [ "$outcome" = rolled-back ] || wrong+="a bad push is $outcome; " ;;
    esac
    read -r failed seconds _ < <("$here/load.py" count "$work/load" "$from" "$(now)")
    if [ "$case" = trial ] && [ "$failed" != 0 ]; then wrong+="$failed requests failed in spite of the trial; "; fi
    local line
    line=$(printf '%s\t%s\t%s\t%s\t%s\t%s\t%s' "$kind" "$case" "$outcome" "$failed" "$seconds" "$verdict" "${wrong:-ok}")
    echo "$line" | tee -a "$results"
    if [ -n "$wrong" ]; then
        echo "$kind, $case: $wrong" >&2
        if [ -n "${VERBOSE-}" ]; then tail -n 25 "$work"/log/* >&2; fi
    fi
}

# not_possible CASE: this server has no such push.
not_possible() {
    printf '%s\t%s\t-\t0\t0.0\t-\tok\n' "$kind" "$1" | tee -a "$results"
}

# bad_push CASE FUNCTION: pushes what the function of the kind breaks, and takes it out of the clone again.
bad_push() {
    local from
    if ! declare -F "$2" >/dev/null; then
        not_possible "$1"
        return
    fi
    next_text
    "$2"
    from=$(now)
    push_text "$1"
    judge "$1" "$good" "$from"
    git -C "$clone" checkout --quiet "$good" -- .
    git -C "$clone" clean --quiet --force
}

good_push() {
    local from
    next_text
    from=$(now)
    push_text "$1"
    judge "$1" "$hash" "$from"
    good=$hash
}

begin "server-$kind"
choose_port port
url=http://127.0.0.1:$port$path
mkdir "$work/first"
link=$root/app
text="version 1."
write_files "$work/first"
make_repository app "$work/first/."
text_of[$hash]=$text
good=$hash
describe
if [ "${1-}" = trial ]; then parameters+=("${trial[@]}"); fi
start_sidecar "${parameters[@]}"
start_server
expect_answer "$url" "$text"
wait_until 40 "the first release is settled" is_settled
start load "$here/load.py" ask "$url" "$work/load"
wait_until 10 "requests are sent" test -s "$work/load"

for case in "$@"; do
    case $case in
    good | repair) good_push "$case" ;;
    two)
        next_text
        push_text "$case"
        good_push "$case"
        ;;
    syntax) bad_push "$case" break_syntax ;;
    error) bad_push "$case" break_answer ;;
    crash | trial) bad_push "$case" break_start ;;
    rollback)
        before=$good
        results=/dev/null good_push good >/dev/null
        from=$(now)
        GITSYNC_ROOT=$root "$sidecar" rollback "$before" >>"$work/log/rollback" 2>&1 || true
        hash=$before
        judge rollback "$before" "$from"
        ;;
    *) fail "no such case: $case" ;;
    esac
done
