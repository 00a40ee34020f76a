/// The reference of all parameters, for docs/options.md.
public func optionsPage() -> String {
    var lines = [
        "# Parameters", "",
        "<!-- Made from the table in Sources/App/Options/Table by scripts/regenerate. -->", "",
        """
        Each flag has an environment variable; a flag counts before its variable, and a variable before the default. \
        Flags are written `--name=VALUE` or `--name VALUE`, switches `--name` or `--name=false`. Durations are \
        written as in Go: `100ms`, `10s`, `1m30s`. Relative file names begin at [`--root`](#root). All mistakes are \
        reported at once, and the program ends with \(ExitCode.usage.rawValue).
        """,
    ]
    for topic in Topic.allCases {
        lines += ["", "## \(topic.rawValue)"]
        for row in OptionTable.all where row.topic == topic { lines += section(row) }
    }
    lines += [
        "", "## Old names", "",
        """
        They work and warn. Flags count before variables, and today's flag before an old one. An old variable counts \
        before today's, as in git-sync; where the two differ, a warning shows both values.
        """, "",
    ]
    lines += ["| old name | today |", "|---|---|"]
    for row in OptionTable.all {
        for old in row.oldNames {
            let names = (old.flag.map { ["--\($0)"] } ?? []) + old.variables
            lines.append("| \(names.map { "`\($0)`" }.joined(separator: ", ")) | \(linked(old.meaning(for: row))) |")
        }
    }
    lines += [
        "", "## Commands", "",
        """
        All but `run`, `doctor` and `check` talk to a running sidecar, by the socket in [`--root`](#root) or, with \
        `--control` after the command, over HTTP; changes then need the sidecar's token, from \
        [`--api-token-file`](#api-token-file). `GITSYNC_ROOT` and the others count as they do for the sidecar, so that \
        in its container no flag is needed.
        """, "",
        "| command | what it does | exit status |", "|---|---|---|",
    ]
    for command in Subcommand.allCases {
        lines.append(
            "| `\(command.usage)` | \(sentence(command.summary)) | \(command.exitStatus.map { sentence($0) } ?? "") |")
    }
    lines += ["", "## Exit status", "", "| status | meaning |", "|---|---|"]
    for code in ExitCode.allCases { lines.append("| \(code.rawValue) | \(code.summary) |") }
    return lines.joined(separator: "\n") + "\n"
}

private func section(_ row: Option) -> [String] {
    var lines = ["", "### \(row.name)", "", "`\(row.usage)`" + (row.letter.map { ", `-\($0)`" } ?? "")]
    lines += ["", linked(sentence(row.summary) + (row.details.isEmpty ? "" : " " + row.details))]
    lines += ["", linked(row.facts.joined(separator: " "))]
    return lines
}

private func linked(_ text: String) -> String {
    resolvingReferences(in: text) { "[`\($0.label)`](#\($0.name))" }
}

/// Replaces each `{name}` in a text by what `show` makes of the row with that name.
///
/// A name that no row has is left as it stands, braces included, where a test finds it. Braces that hold anything but
/// a name, as in JSON, are left alone.
func resolvingReferences(in text: String, _ show: (Option) -> String) -> String {
    var result = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
        result += rest[..<open]
        let inside = rest[rest.index(after: open)...].prefix { $0.isLowercase || $0.isNumber || $0 == "-" }
        let end = inside.endIndex
        if end < rest.endIndex, rest[end] == "}", let row = OptionTable.row(named: String(inside)) {
            result += show(row)
            rest = rest[rest.index(after: end)...]
        } else {
            result += "{"
            rest = rest[rest.index(after: open)...]
        }
    }
    return result + rest
}

/// A text for people at a terminal: references as flags, code without its backticks.
func plainText(_ text: String) -> String {
    resolvingReferences(in: text) { $0.label }.replacing("`", with: "")
}

/// The words of a text in lines of at most `width` characters.
func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
        if !line.isEmpty, line.count + 1 + word.count > width {
            lines.append(line)
            line = ""
        }
        line += line.isEmpty ? String(word) : " " + word
    }
    return line.isEmpty ? lines : lines + [line]
}
