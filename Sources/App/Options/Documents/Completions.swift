/// The completions for a shell, as the packages install them.
public func completions(for shell: Shell) -> String {
    switch shell {
    case .bash: bashCompletion()
    case .zsh: zshCompletion()
    case .fish: fishCompletion()
    }
}

/// The completions for bash, for completions/git-sidecar.bash.
public func bashCompletion() -> String {
    let rows = completedRows()
    let values = rows.filter { !$0.isSwitch && ($0.isPath || !$0.choices.isEmpty) }.map { row in
        let words = row.isPath ? "-f -- \"$value\"" : "-W '\(row.choices.joined(separator: " "))' -- \"$value\""
        return "        --\(row.name)) mapfile -t COMPREPLY < <(compgen \(words)) ;;"
    }
    let flags = rows.map { "--\($0.name)" + ($0.isSwitch ? "" : "=") }
    let own = Subcommand.allCases.filter(\.isControl).map { command in
        let names =
            command.flags.map { "--\($0.rawValue)" + ($0.placeholder == nil ? "" : "=") }
            + sharedRows().map { "--\($0.name)=" }
        return "            \(command.rawValue)) flags='\(names.joined(separator: " "))' ;;"
    }
    let words = Subcommand.allCases.compactMap { command -> String? in
        switch command.completion {
        case .hashes: "\(command.rawValue)) words=$(_git_sidecar_hashes \"$root\") ;;"
        case .words(let words): "\(command.rawValue)) words='\(words.joined(separator: " "))' ;;"
        case .directories: "\(command.rawValue)) mapfile -t COMPREPLY < <(compgen -d -- \"$word\"); return ;;"
        case nil: nil
        }
    }
    return """
        # bash completion for \(Product.name)

        # The releases that the sidecar of a root can go back to.
        _git_sidecar_hashes() {
            \(Product.name) releases --json ${1:+--root="$1"} 2>/dev/null | \(hashes)
        }

        _git_sidecar() {
            local word="${COMP_WORDS[COMP_CWORD]}" root="${GITSYNC_ROOT-}" command='' flag value flags words i
            COMPREPLY=()
            # Bash splits --flag=value into three words.
            for ((i = 1; i < COMP_CWORD; i++)); do
                case "${COMP_WORDS[i]}" in
                --root) if [[ ${COMP_WORDS[i + 1]} == "=" ]]; then root="${COMP_WORDS[i + 2]-}"; else root="${COMP_WORDS[i + 1]}"; fi ;;
                \(commandNames.joined(separator: " | "))) command="${command:-${COMP_WORDS[i]}}" ;;
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
        \(values.joined(separator: "\n"))
            esac
            (( ${#COMPREPLY[@]} > 0 )) && return
            if [[ $word == -* ]]; then
                case "$command" in
        \(own.joined(separator: "\n"))
                    *) flags='\(flags.joined(separator: " "))' ;;
                esac
                mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
                [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
                return
            fi
            case "$command" in
            '') words='\(commandNames.joined(separator: " "))' ;;
            \(words.joined(separator: "\n    "))
            esac
            mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
        }
        complete -F _git_sidecar \(Product.name)

        """
}

/// The completions for zsh, for completions/_git-sidecar.
public func zshCompletion() -> String {
    func list(_ specifications: [String], _ indent: String) -> String {
        specifications.map { "\n\(indent)'\($0)'" }.joined()
    }
    let shared = sharedRows().map(zshFlag)
    let own = Subcommand.allCases.filter(\.isControl).map { command in
        "  \(command.rawValue)) flags=(\(list(command.flags.map(zshFlag) + shared, "    "))) ;;"
    }
    let arguments = Subcommand.allCases.compactMap { command -> String? in
        switch command.completion {
        case .hashes: "  \(command.rawValue)) compadd -- $(_git_sidecar_hashes) ;;"
        case .words(let words): "  \(command.rawValue)) compadd -- \(words.joined(separator: " ")) ;;"
        case .directories: "  \(command.rawValue)) _files -/ ;;"
        case nil: nil
        }
    }
    let commands = Subcommand.allCases.map { "\($0.rawValue):\(zshEscaped($0.summary))" }
    return """
        #compdef \(Product.name)

        # The releases that the sidecar of a root can go back to.
        _git_sidecar_hashes() {
          local root=${opt_args[--root]:-$GITSYNC_ROOT}
          \(Product.name) releases --json ${root:+--root=$root} 2>/dev/null | \(hashes)
        }

        local context state line command=${words[(r)(\(commandNames.joined(separator: "|")))]}
        typeset -A opt_args
        local -a flags commands
        case $command in
        \(own.joined(separator: "\n"))
          *) flags=(\(list(completedRows().map(zshFlag), "    "))) ;;
        esac
        _arguments -C -s $flags '1:command:->command' '*:argument:->argument' && return
        case $state in
        command)
          commands=(\(list(commands, "    ")))
          _describe command commands
          ;;
        argument)
          case $command in
          \(arguments.map { $0.trimmingPrefix("  ") }.joined(separator: "\n  "))
          esac
          ;;
        esac

        """
}

/// The completions for fish, for completions/git-sidecar.fish.
public func fishCompletion() -> String {
    let name = Product.name
    let control = Subcommand.allCases.filter(\.isControl).map(\.rawValue).joined(separator: " ")
    var lines = [
        "# fish completion for \(name)", "",
        "# The releases that the sidecar of a root can go back to.",
        "function __git_sidecar_hashes",
        "    set -l words (commandline -opc)",
        "    set -l root $GITSYNC_ROOT",
        "    for index in (seq (count $words))",
        "        switch $words[$index]",
        "            case '--root=*'",
        "                set root (string replace -- '--root=' '' $words[$index])",
        "            case --root",
        "                set root $words[(math $index + 1)]",
        "        end",
        "    end",
        "    \(name) releases --json --root=$root 2>/dev/null | \(hashes)",
        "end", "", "complete -c \(name) -f",
    ]
    for row in completedRows() {
        var line = "complete -c \(name) -l \(row.name)"
        if !sharedRows().contains(where: { $0.name == row.name }) {
            line += " -n 'not __fish_seen_subcommand_from \(control)'"
        }
        if let letter = row.letter { line += " -s \(letter)" }
        if !row.isSwitch {
            line += row.isPath ? " -r -F" : " -x"
            if !row.choices.isEmpty { line += " -a '\(row.choices.joined(separator: " "))'" }
        }
        lines.append(line + " -d '\(fishEscaped(plainText(row.summary)))'")
    }
    for command in Subcommand.allCases {
        lines.append(
            "complete -c \(name) -n __fish_use_subcommand -a \(command.rawValue) -d '\(fishEscaped(command.summary))'")
        let seen = "complete -c \(name) -n '__fish_seen_subcommand_from \(command.rawValue)'"
        for flag in command.flags {
            let value = flag.placeholder == nil ? "" : " -x"
            lines.append("\(seen) -l \(flag.rawValue)\(value) -d '\(fishEscaped(flag.summary))'")
        }
        switch command.completion {
        case .hashes: lines.append("\(seen) -a '(__git_sidecar_hashes)'")
        case .words(let words): lines.append("\(seen) -a '\(words.joined(separator: " "))'")
        case .directories: lines.append("\(seen) -a '(__fish_complete_directories)'")
        case nil: break
        }
    }
    return lines.joined(separator: "\n") + "\n"
}

extension Subcommand {
    /// What can stand behind a command.
    fileprivate enum Completion {
        case hashes
        case words([String])
        case directories
    }

    fileprivate var completion: Completion? {
        switch self {
        case .rollback, .resume, .wait: .hashes
        case .help: .words(commandNames)
        case .completions: .words(Shell.allCases.map(\.rawValue))
        case .status: .directories
        case .run, .releases, .sync, .processes, .doctor, .check, .version: nil
        }
    }
}

// What is left of the JSON of releases, one a line.
private let hashes = "grep -oE '\"hash\":\"[0-9a-f]{40}\"' | cut -d '\"' -f 4"

private let commandNames = Subcommand.allCases.map(\.rawValue)

private func completedRows() -> [Option] {
    OptionTable.all.filter { $0.flag != nil }
}

// What commands have in common that talk to a sidecar.
func sharedRows() -> [Option] {
    OptionTable.all.filter { ["root", "api-token-file"].contains($0.name) }
}

private func zshFlag(_ row: Option) -> String {
    let text = zshEscaped(plainText(row.summary))
    let star = row.isRepeatable ? "*" : ""
    guard !row.isSwitch else { return "\(star)--\(row.name)[\(text)]" }
    let words = row.choices.map { $0.replacing(":", with: "\\:") }.joined(separator: " ")
    let action = row.isPath ? "_files" : row.choices.isEmpty ? "" : "(\(words))"
    return "\(star)--\(row.name)=[\(text)]:\(row.placeholder.replacing(":", with: "\\:")):\(action)"
}

private func zshFlag(_ flag: SubcommandFlag) -> String {
    let text = zshEscaped(flag.summary)
    return flag.placeholder.map { "--\(flag.rawValue)=[\(text)]:\($0):" } ?? "--\(flag.rawValue)[\(text)]"
}

private func zshEscaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("'", with: "'\\''").replacing("[", with: "\\[")
        .replacing("]", with: "\\]").replacing(":", with: "\\:")
}

private func fishEscaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
}
