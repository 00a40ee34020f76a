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
        --password-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --ssh-key-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --ssh-known-hosts-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --tls-ca-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --tls-cert-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --tls-key-file) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --root) mapfile -t COMPREPLY < <(compgen -f -- "$value") ;;
        --log-format) mapfile -t COMPREPLY < <(compgen -W 'json logfmt text' -- "$value") ;;
    esac
    (( ${#COMPREPLY[@]} > 0 )) && return
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--repo= --ref= --depth= --filter= --git-config= --git-config-add= --git= --username= --password-file= --credential= --cookie-file --ssh-key-file= --ssh-known-hosts --ssh-known-hosts-file= --tls-ca-file= --tls-cert-file= --tls-key-file= --sync-timeout= --one-time --root= --verbose= --log-format= --help --man --version' -- "$word")
        [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
    else
        mapfile -t COMPREPLY < <(compgen -W 'run' -- "$word")
    fi
}
complete -F _git_sidecar git-sidecar
