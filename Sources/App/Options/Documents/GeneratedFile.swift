/// A file of the repository that is made from the table; the committed copy is compared with it in a test.
public struct GeneratedFile: Sendable, CustomStringConvertible {
    /// The name of the file, from the top of the repository.
    public let path: String
    /// Makes the content.
    public let content: @Sendable () -> String

    /// The name of the file.
    public var description: String { path }

    /// Every such file.
    public static let all: [GeneratedFile] =
        [
            GeneratedFile(path: "docs/options.md", content: optionsPage),
            GeneratedFile(path: "docs/git-sidecar.1", content: manualRoff),
            GeneratedFile(path: "completions/git-sidecar.bash", content: bashCompletion),
            GeneratedFile(path: "completions/_git-sidecar", content: zshCompletion),
            GeneratedFile(path: "completions/git-sidecar.fish", content: fishCompletion),
            GeneratedFile(path: "Tests/App/OptionsTests/Expected/help.txt", content: { helpText() }),
        ]
        + Subcommand.allCases.map { command in
            GeneratedFile(path: "Tests/App/OptionsTests/Expected/help-\(command.rawValue).txt") {
                helpText(of: command)
            }
        }
}

/// The lines of a Dockerfile that set each variable to its default, so that an image says what it takes.
public func imageEnvironment() -> String {
    let rows = OptionTable.all.filter { !$0.defaultText.isEmpty }
    let lines = rows.compactMap { row in row.variable.map { "\($0)=\"\(dockerEscaped(row.defaultText))\"" } }
    return "ENV " + lines.joined(separator: " \\\n    ") + "\n"
}

private func dockerEscaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("$", with: "\\$")
}
