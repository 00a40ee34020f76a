/// What `--help` prints: every flag that works with one line each, in 80 columns.
public func helpText() -> String {
    var lines = [
        "Keeps a directory at the newest commit of a git repository, and makes the",
        "server beside it pick the new code up.",
        "",
        "Usage: \(Product.name) [run] --repo=URL --root=DIRECTORY [FLAGS]",
    ]
    lines += ["       \(Product.name) COMMAND [FLAGS]", "", "Commands:"]
    for command in Subcommand.allCases { lines += helpEntry(command.rawValue, command.summary, column: 14) }
    for topic in Topic.allCases {
        let rows = OptionTable.all.filter { $0.topic == topic && $0.flag != nil }
        if rows.isEmpty { continue }
        lines += ["", "\(topic.rawValue):"]
        for row in rows {
            lines += helpEntry(helpFlag(row), plainText(row.summary) + helpNotes(row), column: 31)
        }
    }
    lines += ["", "Environment:"]
    lines += wrapped(
        """
        In brackets above: the default. Each flag has an environment variable, such as GITSYNC_SSH_KEY_FILE for \
        --ssh-key-file; the flag counts before the variable. Secrets have a variable and no flag: \
        \(secretVariables()).
        """, width: 78
    ).map { "  " + $0 }
    lines += ["", "Exit status:"]
    for code in ExitCode.allCases { lines += helpEntry("\(code.rawValue)", uncapitalized(code.summary), column: 14) }
    for command in Subcommand.allCases {
        if let status = command.exitStatus { lines += helpEntry(command.rawValue, status, column: 14) }
    }
    lines += [
        "", "'\(Product.name) help COMMAND' explains a command, '\(Product.name) --man' all of it.",
    ]
    return lines.joined(separator: "\n") + "\n"
}

/// What `help COMMAND` and `COMMAND --help` print: what it is for, its own flags, when it ends with what, and an example.
public func helpText(of command: Subcommand) -> String {
    var lines = wrapped(sentence(command.summary), width: 80) + [""]
    let takesAll = [.run, .doctor, .check].contains(command)
    lines += hanging(
        "Usage: ", "\(Product.name) \(command.usage)" + (takesAll ? " --repo=URL --root=PATH [FLAGS]" : ""))
    if !command.details.isEmpty { lines += [""] + wrapped(command.details, width: 80) }
    if !command.flags.isEmpty { lines += [""] }
    for flag in command.flags { lines += helpEntry(flag.usage, flag.summary, column: 25) }
    if command.isControl {
        lines += ["", "Which sidecar:"]
        for row in sharedRows() {
            lines += helpEntry(helpFlag(row), plainText(row.summary), column: 25)
        }
    }
    if let status = command.exitStatus { lines += [""] + hanging("Exit status: ", status) }
    lines += ["", command.examples.count == 1 ? "Example:" : "Examples:"] + command.examples.map { "  " + $0 }
    return lines.joined(separator: "\n") + "\n"
}

// A word and a text that goes on below its own beginning.
private func hanging(_ head: String, _ text: String) -> [String] {
    let lines = wrapped(text, width: 80 - head.count)
    let indent = String(repeating: " ", count: head.count)
    return lines.enumerated().map { ($0 == 0 ? head : indent) + $1 }
}

private func uncapitalized(_ sentence: String) -> String {
    sentence.prefix(1).lowercased() + sentence.dropFirst().prefix { $0 != "." }
}

private func secretVariables() -> String {
    let rows = OptionTable.all.filter { $0.form == .variableOnly }
    return sentenceList(rows.compactMap(\.variable), last: "and")
}

// `-v, --verbose N`
private func helpFlag(_ row: Option) -> String {
    let letter = row.letter.map { "-\($0), " } ?? ""
    return letter + row.usage
}

// What may be written, and in brackets what counts when nothing is.
private func helpNotes(_ row: Option) -> String {
    var notes = ""
    if !row.isSwitch, !row.choices.isEmpty { notes += ": " + sentenceList(row.choices, last: "or") }
    if row.isRepeatable { notes += "; repeatable" }
    let text = row.defaultText
    return text.isEmpty || text == "false" ? notes : notes + " [\(text)]"
}

// A name and its text beside it, or below it when the name is long.
private func helpEntry(_ name: String, _ text: String, column: Int) -> [String] {
    let indent = String(repeating: " ", count: column)
    var lines = wrapped(text, width: 80 - column)
    let head = "  " + name
    guard head.count < column - 1, let first = lines.first else { return [head] + lines.map { indent + $0 } }
    lines.removeFirst()
    let gap = String(repeating: " ", count: column - head.count)
    return [head + gap + first] + lines.map { indent + $0 }
}

extension Option {
    /// The flag with its placeholder, as `--depth=N`; the variable where there is no flag.
    public var usage: String {
        guard let flag else { return label }
        return isSwitch && defaultText != "true" ? flag : "\(flag)=\(placeholder)"
    }
}
