# bash completion for git-sidecar
_git_sidecar() {
    local word="${COMP_WORDS[COMP_CWORD]}" flag value
    COMPREPLY=()
    # Bash splits --flag=value into three words.
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
        mapfile -t COMPREPLY < <(compgen -W '--repo= --ref= --depth= --filter= --submodules= --sparse-checkout-file= --sparse-pattern= --verify-signatures= --allowed-signers-file= --gpg-keyring-file= --git-config= --git-config-add= --git= --username= --password-file= --credential= --askpass-url= --cookie-file --ssh-key-file= --ssh-known-hosts --ssh-known-hosts-file= --add-user --tls-ca-file= --tls-cert-file= --tls-key-file= --github-app-private-key-file= --github-app-application-id= --github-app-client-id= --github-app-installation-id= --github-base-url= --period= --init-period= --jitter= --max-backoff= --sync-timeout= --one-time --max-failures= --init-max-failures= --sync-on-signal= --touch-file= --error-file= --root= --link= --publish= --share= --keep-releases= --stale-worktree-timeout= --group-write --git-gc= --max-release-size= --min-free-space= --sandbox= --worker-memory= --revision-file= --prepare-command= --prepare-timeout= --validate-command= --validate-timeout= --trial-command= --trial-health-url= --trial-timeout= --signal= --signal-target= --terminate-after= --kill-after= --reload-url= --reload-method= --reload-status= --reload-timeout= --reload-header-file= --on-change= --health-url= --health-status= --health-revision-header= --health-tcp= --health-command= --health-timeout= --health-interval= --health-successes= --health-failures= --health-watch= --app-log= --rollback= --quarantine-ttl= --exechook-command= --exechook-timeout= --exechook-backoff= --pre-publish-exechook-command= --pre-publish-exechook-timeout= --pre-publish-exechook-backoff= --webhook-url= --webhook-method= --webhook-success-status= --webhook-timeout= --webhook-backoff= --http-bind= --http-metrics --http-pprof --push-secret-file= --api-token-file= --verbose= --log-format= --help --man --version' -- "$word")
        [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
    else
        mapfile -t COMPREPLY < <(compgen -W 'run status releases sync rollback resume wait processes doctor check' -- "$word")
    fi
}
complete -F _git_sidecar git-sidecar
