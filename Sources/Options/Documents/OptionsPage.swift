/// The reference of all parameters, for docs/options.md.
public func optionsPage() -> String {
    var lines = [
        "# Parameters", "",
        "<!-- Made from the table in Sources/Options/Table by scripts/regenerate. -->", "",
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
    lines += ["", "## Old names", "", "They work and warn. Today's name counts when both are given.", ""]
    lines += ["| old name | today |", "|---|---|"]
    for row in OptionTable.all {
        for old in row.oldNames {
            let names = (old.flag.map { ["--\($0)"] } ?? []) + old.variables
            lines.append("| \(names.map { "`\($0)`" }.joined(separator: ", ")) | \(linked(old.meaning(for: row))) |")
        }
    }
    lines += ["", "## Commands", "", "| command | what it does |", "|---|---|"]
    for command in Subcommand.allCases {
        lines.append("| `\(command.usage)` | \(sentence(command.summary)) |")
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
