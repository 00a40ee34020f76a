#!/usr/bin/env bash
# Runs a sample on this machine until Ctrl-C: lib/run.sh SAMPLE [VARIANT]
# shellcheck source-path=SCRIPTDIR source=sample.sh
. "$(dirname "$0")/sample.sh"

# Set by start.sh of the sample: its address, a change that works, and one that does not.
url='' edit='' broken='' curl_options=()

begin "$1"
export preferred_port=8080
# shellcheck source=/dev/null
. "$samples/$1/start.sh"
start_sample "${@:2}"
expect_answer "$url" ""

identity=""
if ! (unset GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM && git config --get user.email >/dev/null); then
    identity=" -c user.name=Me -c user.email=me@example.invalid"
fi
cat <<END

  $url is served from $bare
    curl ${curl_options[*]}${curl_options:+ }$url

  Change it, from another terminal:

    git clone$identity $bare my-$1 && cd my-$1
    $edit
    git commit -am 'Something new' && git push

  Push something broken, too: $broken

  Every push as it goes live: http://127.0.0.1:$control_port/ui
  The same, and back to the release before, in a terminal:

    export GITSYNC_ROOT=$root
    $sidecar status
    $sidecar releases
    $sidecar rollback

  Ctrl-C ends everything. What the sidecar does:

END
tail --lines=+1 --follow --pid=$$ "$work/log/sidecar" &
processes+=($!)
# Whichever ends first ends the sample: none of them should.
ended=0
wait -n "${processes[@]}" || ended=$?
fail "one of the programs has ended by itself ($ended)"
