/// The completions for bash, for completions/git-sidecar.bash.
public func bashCompletion() -> String {
    let rows = completedRows()
    let flags = rows.flatMap { row in [row.isSwitch ? "--\(row.name)" : "--\(row.name)="] }
    let commands = completedCommands().map(\.rawValue)
    var cases: [String] = []
    for row in rows where !row.isSwitch && (row.isPath || !row.choices.isEmpty) {
        let words = row.isPath ? "-f -- \"$value\"" : "-W '\(row.choices.joined(separator: " "))' -- \"$value\""
        cases.append("        --\(row.name)) mapfile -t COMPREPLY < <(compgen \(words)) ;;")
    }
    return """
        # bash completion for \(Product.name)
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
        \(cases.joined(separator: "\n"))
            esac
            (( ${#COMPREPLY[@]} > 0 )) && return
            if [[ $word == -* ]]; then
                mapfile -t COMPREPLY < <(compgen -W '\(flags.joined(separator: " "))' -- "$word")
                [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
            else
                mapfile -t COMPREPLY < <(compgen -W '\(commands.joined(separator: " "))' -- "$word")
            fi
        }
        complete -F _git_sidecar \(Product.name)

        """
}

/// The completions for zsh, for completions/_git-sidecar.
public func zshCompletion() -> String {
    var lines = ["#compdef \(Product.name)", "_arguments -s \\"]
    for row in completedRows() {
        let text = zshEscaped(plainText(row.summary))
        let star = row.isRepeatable ? "*" : ""
        let name = row.isSwitch ? "--\(row.name)" : "--\(row.name)="
        var value = ""
        if !row.isSwitch {
            let words = row.choices.map { $0.replacing(":", with: "\\:") }.joined(separator: " ")
            let action = row.isPath ? "_files" : row.choices.isEmpty ? "" : "(\(words))"
            value = ":\(row.placeholder.replacing(":", with: "\\:")):\(action)"
        }
        lines.append("  '\(star)\(name)[\(text)]\(value)' \\")
    }
    let commands = completedCommands().map(\.rawValue).joined(separator: " ")
    lines.append("  '1:command:(\(commands))'")
    return lines.joined(separator: "\n") + "\n"
}

/// The completions for fish, for completions/git-sidecar.fish.
public func fishCompletion() -> String {
    var lines = ["# fish completion for \(Product.name)", "complete -c \(Product.name) -f"]
    for row in completedRows() {
        var line = "complete -c \(Product.name) -l \(row.name)"
        if let letter = row.letter { line += " -s \(letter)" }
        if !row.isSwitch {
            line += row.isPath ? " -r -F" : " -x"
            if !row.choices.isEmpty { line += " -a '\(row.choices.joined(separator: " "))'" }
        }
        lines.append(line + " -d '\(fishEscaped(plainText(row.summary)))'")
    }
    for command in completedCommands() {
        let text = fishEscaped(command.summary)
        lines.append("complete -c \(Product.name) -n __fish_use_subcommand -a \(command.rawValue) -d '\(text)'")
    }
    return lines.joined(separator: "\n") + "\n"
}

// What does not work yet is not offered.
private func completedRows() -> [Option] {
    OptionTable.all.filter { $0.flag != nil }
}

private func completedCommands() -> [Subcommand] {
    Subcommand.allCases
}

private func zshEscaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("'", with: "'\\''").replacing("[", with: "\\[")
        .replacing("]", with: "\\]").replacing(":", with: "\\:")
}

private func fishEscaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
}
