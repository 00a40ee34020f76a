# shellcheck shell=bash
# What the samples have in common; their scripts begin by sourcing this file.
#
# Everything runs as the user who asks, on free ports, in one new directory, $work. Nothing is left behind: each program
# is in a process group of its own, ends with the script (also when that is killed), and goes before the directory does.
set -euo pipefail

samples=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# The program that ships, and no other.
sidecar=$(dirname "$samples")/.build/release/git-sidecar
# Where nginx is on Debian is not always in the path of a user.
export PATH=$PATH:/usr/sbin
# Git with nobody's settings, and no hook's idea of where the repository is.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
# No proxy between programs of one machine.
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY

# What the rest of the scripts and the functions below tell each other.
processes=()
control_port=""
# More parameters of curl in answer.
curl_options=()
used_ports=" "
passed_steps=0

# begin NAME: makes the directory that everything is in, and sees to it that all ends when the script does.
begin() {
    if [ ! -x "$sidecar" ]; then
        echo "there is no $sidecar: run make build" >&2
        exit 1
    fi
    local left
    # What a run left that was killed, and so could not clean up.
    for left in "${TMPDIR:-/tmp}/git-sidecar-$1".*/owner; do
        if [ -O "$left" ] && ! kill -0 "$(cat "$left")" 2>/dev/null; then rm -rf "${left%/owner}"; fi
    done
    work=$(mktemp -d "${TMPDIR:-/tmp}/git-sidecar-$1.XXXXXX")
    echo $$ >"$work/owner"
    root=$work/root
    mkdir "$work/log"
    trap finish EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

# finish: ends every program that was started, and says what they wrote when something went wrong.
finish() {
    local status=$? process file
    trap - EXIT
    trap '' INT TERM HUP
    for process in "${processes[@]}"; do
        # Right after its start it may not have a group of its own yet.
        kill -TERM -- "-$process" 2>/dev/null || kill -TERM "$process" 2>/dev/null || true
    done
    for process in "${processes[@]}"; do
        # Ends when the whole group has; whoever does not obey within five seconds is not asked again.
        wait_quietly 5 group_is_gone "$process" || kill -KILL -- "-$process" 2>/dev/null || true
    done
    wait
    if [ "$status" -ne 0 ] && [ "$status" -ne 130 ] && [ "$status" -ne 143 ]; then
        for file in "$work"/log/*; do
            if [ -s "$file" ]; then printf '== the end of %s\n%s\n' "${file##*/}" "$(tail -n 30 "$file")" >&2; fi
        done
    fi
    rm -rf "$work"
    exit "$status"
}

group_is_gone() {
    ! kill -0 -- "-$1" 2>/dev/null
}

# start NAME COMMAND ...: runs a program beside us; what it writes is in $work/log/NAME. It gets a SIGTERM if we die.
start() {
    local name=$1
    shift
    setsid setpriv --pdeathsig TERM -- "$@" >>"$work/log/$name" 2>&1 </dev/null &
    processes+=($!)
}

# wait_quietly SECONDS COMMAND ...: waits until the command succeeds; fails when the time is up.
wait_quietly() {
    local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
    shift
    until "$@"; do
        if [ "${EPOCHREALTIME/[.,]/}" -ge "$end" ]; then return 1; fi
        sleep 0.02
    done
}

# wait_until SECONDS WHAT COMMAND ...: the same, and ends the script when what it waits for does not happen.
wait_until() {
    local seconds=$1 what=$2
    shift 2
    wait_quietly "$seconds" "$@" || fail "waited $seconds seconds in vain: $what"
}

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# passed WHAT: says which step of a test has gone well.
passed() {
    passed_steps=$((passed_steps + 1))
    echo "ok $passed_steps - $*"
}

port_is_taken() {
    [[ $used_ports == *" $1 "* ]] || (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# choose_port VARIABLE [PREFERRED]: sets the variable to a port that nobody listens on. Not one of those that the system
# gives to clients, or it would not stay free.
choose_port() {
    local candidate=${2:-$((12000 + RANDOM % 20000))}
    while port_is_taken "$candidate"; do candidate=$((12000 + RANDOM % 20000)); done
    used_ports+="$candidate "
    printf -v "$1" %s "$candidate"
}

# make_repository NAME FILE ...: a bare repository with the files in its first commit, and a clone of it in $clone. A push
# to it is told to the sidecar as a forge would, see lib/post-receive.
make_repository() {
    bare=$work/$1.git
    clone=$work/clone
    shift
    git init --quiet --bare --initial-branch=main "$bare"
    git clone --quiet "$bare" "$clone" 2>/dev/null
    git -C "$clone" config user.name "Sample"
    git -C "$clone" config user.email sample@example.invalid
    git -C "$clone" symbolic-ref HEAD refs/heads/main
    cp -R "$@" "$clone"
    push "First version"
    choose_port control_port
    head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$work/push-secret"
    chmod 600 "$work/push-secret"
    git -C "$bare" config sidecar.url "http://127.0.0.1:$control_port/hooks/push"
    git -C "$bare" config sidecar.secretFile "$work/push-secret"
    git -C "$bare" config sidecar.repository "file://$bare"
    cp "$samples/lib/post-receive" "$bare/hooks/post-receive"
}

# push MESSAGE: commits what is in $clone and pushes it; $hash is the commit.
push() {
    git -C "$clone" add --all
    git -C "$clone" commit --quiet --message "$1"
    hash=$(git -C "$clone" rev-parse HEAD)
    git -C "$clone" push --quiet origin main
}

# start_sidecar PARAMETER ...: the sidecar of the repository, publishing at $link.
start_sidecar() {
    link=$root/app
    start sidecar "$sidecar" --repo="file://$bare" --root="$root" --link=app --log-format=text --period=1m \
        --http-bind="127.0.0.1:$control_port" --push-secret-file="$work/push-secret" "$@"
    wait_until 10 "the first release is published" test -e "$link"
}

# answer URL [CURL PARAMETER ...]: what a server answers, or nothing and a failure.
answer() {
    curl --silent --fail --max-time 2 --noproxy '*' "${curl_options[@]}" "$@"
}

answers_with() {
    local text
    text=$(answer "$1") && [[ $text == *"$2"* ]]
}

# expect_answer URL TEXT: waits until the answer has the text in it.
expect_answer() {
    wait_until 10 "$1 answers with '$2'" answers_with "$1" "$2"
}

# journal_line HASH: the last line about a commit in the sidecar's journal.
journal_line() {
    grep "\"hash\":\"$1\"" "$root/.git-sidecar/releases.log" 2>/dev/null | tail -n 1
}

has_outcome() {
    [[ $(journal_line "$1") == *"\"outcome\":\"$2\""* ]]
}

# expect_outcome OUTCOME: waits until the sidecar has written how the deployment of $hash ended.
expect_outcome() {
    wait_until 15 "$hash is $1" has_outcome "$hash" "$1"
}

# reason: why the deployment of $hash did not go well, in the words of the journal.
reason() {
    journal_line "$hash" | sed -n 's/.*"reason":"\(\([^"\\]\|\\.\)*\)".*/\1/p' | sed 's/\\\(.\)/\1/g'
}

# published: the commit that the link leads to.
published() {
    basename "$(readlink "$link")"
}

is_published() {
    [ "$(published)" = "$1" ]
}

# start_nginx CONFIGURATION: nginx in the foreground; its workers are our user, who owns the files, also where that is root.
start_nginx() {
    local user=""
    if [ "$(id -u)" = 0 ]; then user="user root;"; fi
    start nginx nginx -p "$work/nginx" -e stderr -c "$1" -g "daemon off; $user"
}
