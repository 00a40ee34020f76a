# bash completion for git-sidecar

# The releases that the sidecar of a root can go back to.
_git_sidecar_hashes() {
    git-sidecar releases --json ${1:+--root="$1"} 2>/dev/null | grep -oE '"hash":"[0-9a-f]{40}"' | cut -d '"' -f 4
}

_git_sidecar() {
    local word="${COMP_WORDS[COMP_CWORD]}" root="${GITSYNC_ROOT-}" command='' flag value flags words i
    COMPREPLY=()
    # Bash splits --flag=value into three words.
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "${COMP_WORDS[i]}" in
        --root) if [[ ${COMP_WORDS[i + 1]} == "=" ]]; then root="${COMP_WORDS[i + 2]-}"; else root="${COMP_WORDS[i + 1]}"; fi ;;
        run | status | releases | sync | rollback | resume | wait | processes | doctor | check | help | version | completions) command="${command:-${COMP_WORDS[i]}}" ;;
        esac
    done
    if [[ $word == "=" ]]; then
        flag="${COMP_WORDS[COMP_CWORD-1]}" value=""
    elif (( COMP_CWORD > 1 )) && [[ ${COMP_WORDS[COMP_CWORD-1]} == "=" ]]; then
        flag="${COMP_WORDS[COMP_CWORD-2]}" value="$word"
    else
        flag="${COMP_WORDS[COMP_CWORD-1]}" value="$word"
    fi
    case "$flag" in
        --filter) mapfile -t COMPREPLY < <(compgen -W 'blob:none tree:0' -- "$value") ;;
        --submodules) mapfile -t COMPREPLY < <(compgen -W 'recursive shallow off' -- "$value") ;;
        --sparse-checkout-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --verify-signatures) mapfile -t COMPREPLY < <(compgen -W 'off commit tag' -- "$value") ;;
        --allowed-signers-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --gpg-keyring-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --password-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --ssh-key-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --ssh-known-hosts-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --tls-ca-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --tls-cert-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --tls-key-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --github-app-private-key-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --touch-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --error-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --root) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --link) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --publish) mapfile -t COMPREPLY < <(compgen -W 'symlink directory' -- "$value") ;;
        --share) mapfile -t COMPREPLY < <(compgen -W 'auto link copy' -- "$value") ;;
        --edits) mapfile -t COMPREPLY < <(compgen -W 'repair strict' -- "$value") ;;
        --git-gc) mapfile -t COMPREPLY < <(compgen -W 'auto always aggressive off' -- "$value") ;;
        --sandbox) mapfile -t COMPREPLY < <(compgen -W 'auto require off' -- "$value") ;;
        --reload-header-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --app-log) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --rollback) mapfile -t COMPREPLY < <(compgen -W 'auto on off' -- "$value") ;;
        --push-secret-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --api-token-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --log-format) mapfile -t COMPREPLY < <(compgen -W 'json logfmt text' -- "$value") ;;
    esac
    (( ${#COMPREPLY[@]} > 0 )) && return
    if [[ $word == -* ]]; then
        case "$command" in
            status) flags='--json --all --control= --root= --api-token-file=' ;;
            releases) flags='--json --control= --root= --api-token-file=' ;;
            sync) flags='--wait --control= --root= --api-token-file=' ;;
            rollback) flags='--control= --root= --api-token-file=' ;;
            resume) flags='--control= --root= --api-token-file=' ;;
            wait) flags='--timeout= --control= --root= --api-token-file=' ;;
            processes) flags='--json --control= --root= --api-token-file=' ;;
            *) flags='--repo= --ref= --depth= --filter= --submodules= --sparse-checkout-file= --sparse-pattern= --verify-signatures= --allowed-signers-file= --gpg-keyring-file= --git-config= --git-config-add= --git= --username= --password-file= --credential= --askpass-url= --cookie-file --ssh-key-file= --ssh-known-hosts --ssh-known-hosts-file= --add-user --tls-ca-file= --tls-cert-file= --tls-key-file= --github-app-private-key-file= --github-app-application-id= --github-app-client-id= --github-app-installation-id= --github-base-url= --period= --init-period= --jitter= --max-backoff= --sync-timeout= --one-time --max-failures= --init-max-failures= --sync-on-signal= --touch-file= --error-file= --root= --link= --publish= --share= --edits= --keep-releases= --stale-worktree-timeout= --group-write --git-gc= --max-release-size= --min-free-space= --sandbox= --worker-memory= --revision-file= --prepare-command= --prepare-timeout= --validate-command= --validate-timeout= --trial-command= --trial-health-url= --trial-timeout= --signal= --signal-target= --terminate-after= --kill-after= --reload-url= --reload-method= --reload-status= --reload-timeout= --reload-header-file= --on-change= --health-url= --health-status= --health-revision-header= --health-tcp= --health-command= --health-timeout= --health-interval= --health-successes= --health-failures= --health-watch= --app-log= --rollback= --quarantine-ttl= --exechook-command= --exechook-timeout= --exechook-backoff= --pre-publish-exechook-command= --pre-publish-exechook-timeout= --pre-publish-exechook-backoff= --webhook-url= --webhook-method= --webhook-success-status= --webhook-timeout= --webhook-backoff= --http-bind= --http-metrics --http-pprof --push-secret-file= --api-token-file= --verbose= --log-format= --help --man --version' ;;
        esac
        mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
        [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
        return
    fi
    case "$command" in
    '') words='run status releases sync rollback resume wait processes doctor check help version completions' ;;
    status) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    rollback) words=$(_git_sidecar_hashes "$root") ;;
    resume) words=$(_git_sidecar_hashes "$root") ;;
    wait) words=$(_git_sidecar_hashes "$root") ;;
    help) words='run status releases sync rollback resume wait processes doctor check help version completions' ;;
    completions) words='bash zsh fish' ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _git_sidecar git-sidecar
