/// One piece of the manual, before it is known how it will be printed.
enum ManualBlock {
    /// The title of a section.
    case section(String)
    /// The title of a part of a section.
    case part(String)
    /// Words; backticks and `{name}` as in the table.
    case paragraph(String)
    /// A term and what it means.
    case item(String, [String])
    /// A command line.
    case code(String)
}

/// The manual, in the order that manuals of Linux have.
func manualBlocks() -> [ManualBlock] {
    var blocks: [ManualBlock] = [
        .section("NAME"),
        .paragraph("\(Product.name) - keep a directory at the newest commit of a git repository"),
        .section("SYNOPSIS"),
        .paragraph("\(Product.name) [run] --repo=URL --root=DIRECTORY [FLAGS]"),
        .paragraph("\(Product.name) COMMAND [FLAGS]"),
        .section("DESCRIPTION"),
        .paragraph(
            """
            The sidecar runs beside a server. It follows {ref} of {repo}, makes a directory of each new commit under \
            {root}, and swaps the published name {link} in one step, so that a reader sees the old release or the new \
            one and never a mixture. No git program is needed.
            """),
        .paragraph(
            """
            Flags are written `--name=VALUE` or `--name VALUE`. A switch is written `--name`, or `--name=false`. When \
            a flag that takes one value is repeated, the last one counts. Durations are written as in Go: `100ms`, \
            `10s`, `1m30s`. Relative file names begin at {root}. All mistakes are reported at once.
            """),
        .section("OPTIONS"),
    ]
    for topic in Topic.allCases {
        blocks.append(.part(topic.rawValue))
        blocks += OptionTable.all.filter { $0.topic == topic }.map { .item(manualTerm($0), manualParagraphs($0)) }
    }
    blocks.append(.part("Old names"))
    blocks.append(
        .paragraph(
            """
            They are accepted with a warning. Flags count before variables, and today's flag before an old one. An old \
            variable counts before today's, as in git-sync; where the two differ, a warning shows both values.
            """))
    blocks += oldNameItems()
    blocks.append(.section("COMMANDS"))
    blocks += Subcommand.allCases.map { command in
        var text = sentence(command.summary)
        for flag in command.flags { text += " `--\(flag.rawValue)`: \(flag.summary)." }
        if let status = command.exitStatus { text += " Exit status: \(status)." }
        return .item(command.usage, [text])
    }
    blocks.append(.section("EXIT STATUS"))
    blocks += ExitCode.allCases.map { .item("\($0.rawValue)", [$0.summary]) }
    return blocks + environmentBlocks() + fileBlocks() + exampleBlocks() + [
        .section("SEE ALSO"), .paragraph("git(1), gitrevisions(7), ssh(1), ssh-keygen(1)"),
    ]
}

private func manualTerm(_ row: Option) -> String {
    let letter = row.letter.map { "-\($0)" + (row.isSwitch ? ", " : " \(row.placeholder), ") } ?? ""
    return letter + row.usage
}

private func manualParagraphs(_ row: Option) -> [String] {
    var paragraphs = [sentence(row.summary) + (row.details.isEmpty ? "" : " " + row.details)]
    paragraphs.append(row.facts.joined(separator: " "))
    return paragraphs.filter { !$0.isEmpty }
}

extension Option {
    /// Short sentences on values, default, variable and version, in the order of every manual entry.
    var facts: [String] {
        var facts: [String] = []
        if !isSwitch, !choices.isEmpty {
            facts.append("One of " + sentenceList(choices.map { "`\($0)`" }, last: "or") + ".")
        }
        if isRepeatable { facts.append("May be repeated.") }
        if !defaultText.isEmpty { facts.append("Default: `\(defaultText)`.") }
        if form == .flagAndVariable, let variable { facts.append("Environment: `\(variable)`\(variableNote).") }
        facts.append("Since \(since).")
        return facts
    }
}

extension Option {
    // How several values are written in the variable.
    fileprivate var variableNote: String {
        switch separator {
        case "\n": ", one a line"
        case let separator?: ", separated by `\(separator)`"
        case nil: ""
        }
    }
}

private func oldNameItems() -> [ManualBlock] {
    OptionTable.all.flatMap { row in
        row.oldNames.map { old in
            let names = (old.flag.map { ["--\($0)"] } ?? []) + old.variables
            return .item(names.joined(separator: ", "), [old.meaning(for: row)])
        }
    }
}

extension OldName {
    /// What to use today, as a sentence.
    func meaning(for row: Option) -> String {
        switch outcome {
        case .converted: "Today {\(row.name)}" + (formerUnit.map { "; it was a number of \($0)." } ?? ".")
        case .ignored(let reason): "Has no effect, since \(reason)."
        case .refused(let advice): "Refused: \(advice)."
        }
    }
}

private func environmentBlocks() -> [ManualBlock] {
    [
        .section("ENVIRONMENT"),
        .paragraph(
            """
            Each flag but `--help`, `--man` and `--version` has a variable: `GITSYNC_` and the flag's name in \
            capitals, with underscores for hyphens. A flag counts before its variable. An empty variable is the same \
            as none. Secrets have a variable and no flag.
            """),
        .item(
            "http_proxy, https_proxy, no_proxy", ["The proxy for requests to the remote, and hosts that need none."]),
        .item(
            EnvironmentReader.variablesForChildren.joined(separator: ", "),
            ["Set for hooks and commands: the new commit, the one before it, and the release's directory."]),
    ]
}

private func fileBlocks() -> [ManualBlock] {
    [
        .section("FILES"),
        .item("ROOT/LINK", ["The published release."]),
        .item("ROOT/.worktrees/HASH", ["A release."]),
        .item("ROOT/.git", ["The object store."]),
        .item("ROOT/.git-sidecar", ["Lock, control socket, state and journal."]),
        .item("/etc/git-secret", ["Where {ssh-key-file}, {ssh-known-hosts-file} and {cookie-file} look by default."]),
    ]
}

// Examples appear when every flag in them works.
private func exampleBlocks() -> [ManualBlock] {
    let examples: [(text: String, flags: [String])] = [
        ("Fetch a repository once:", ["--repo=https://example.com/site.git", "--root=/srv/site", "--one-time"]),
        (
            "A private repository over ssh:",
            ["--repo=git@example.com:team/app.git", "--root=/git", "--ssh-key-file=/run/secrets/deploy-key"]
        ),
        (
            "Keep a site fresh behind nginx:",
            ["--repo=https://example.com/site.git", "--root=/git", "--link=site", "--period=30s"]
        ),
        (
            "Reload an application, and go back when it does not become healthy:",
            [
                "--repo=https://example.com/app.git", "--root=/git", "--signal=HUP", "--signal-target=name:node",
                "--health-url=http://127.0.0.1:8080/healthz",
            ]
        ),
    ]
    var blocks: [ManualBlock] = [.section("EXAMPLES")]
    for example in examples {
        let command = ([Product.name] + example.flags).joined(separator: " \\\n    ")
        blocks += [.paragraph(example.text), .code(command)]
    }
    return blocks
}

/// A summary as a sentence: a capital and a full stop.
func sentence(_ summary: String) -> String {
    guard let first = summary.first, first != "{" else { return summary + "." }
    return first.uppercased() + summary.dropFirst() + "."
}

/// What `--man` prints: the manual as plain text in 80 columns.
public func manualText() -> String {
    var lines: [String] = []
    for block in manualBlocks() {
        switch block {
        case .section(let title):
            if !lines.isEmpty { lines.append("") }
            lines.append(title)
        case .part(let title):
            lines += ["", "   " + title]
        case .paragraph(let text):
            if lines.last.map({ !$0.isEmpty && $0.first == " " }) == true { lines.append("") }
            lines += indented(text, by: 7)
        case .item(let term, let paragraphs):
            if lines.last?.first == " " { lines.append("") }
            lines += indented(term, by: 7)
            for paragraph in paragraphs { lines += indented(paragraph, by: 11) }
        case .code(let text):
            lines.append("")
            lines += text.split(separator: "\n").map { String(repeating: " ", count: 11) + $0 }
        }
    }
    return lines.joined(separator: "\n") + "\n"
}

private func indented(_ text: String, by indent: Int) -> [String] {
    wrapped(plainText(text), width: 80 - indent).map { String(repeating: " ", count: indent) + $0 }
}

/// The manual as a source for `man`, for docs/git-sidecar.1.
public func manualRoff() -> String {
    var lines = [
        ".TH \(Product.name.uppercased().replacing("-", with: "\\-")) 1 \"\" \"\(Product.name) \(Product.version)\"",
        // No hyphens at the ends of lines and no stretched lines: names of flags stay whole.
        ".nh", ".ad l",
    ]
    for block in manualBlocks() {
        switch block {
        case .section(let title): lines.append(".SH \(title)")
        case .part(let title): lines.append(".SS \(title)")
        case .paragraph(let text): lines += [".PP", roffText(text)]
        case .item(let term, let paragraphs):
            lines += [".TP", "\\fB" + roffEscaped(plainText(term)) + "\\fR"]
            for (index, paragraph) in paragraphs.enumerated() {
                if index > 0 { lines.append(".br") }
                lines.append(roffText(paragraph))
            }
        case .code(let text):
            lines += [".PP", ".RS 4", ".nf"]
            lines += text.split(separator: "\n").map { roffLine(roffEscaped(String($0))) }
            lines += [".fi", ".RE"]
        }
    }
    return lines.joined(separator: "\n") + "\n"
}

// References and code become bold.
private func roffText(_ text: String) -> String {
    let pieces = resolvingReferences(in: text) { "`\($0.label)`" }
        .split(separator: "`", omittingEmptySubsequences: false)
    var result = ""
    for (index, piece) in pieces.enumerated() {
        let escaped = roffEscaped(String(piece))
        result += index.isMultiple(of: 2) ? escaped : "\\fB\(escaped)\\fR"
    }
    return roffLine(result.replacing("\n", with: " "))
}

private func roffEscaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("'", with: "\\(aq")
}

// A line that begins with a full stop would be an instruction.
private func roffLine(_ line: String) -> String {
    line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
}
