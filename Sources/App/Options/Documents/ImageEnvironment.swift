/// The lines of a Dockerfile that set each variable to its default, so that an image says what it takes.
public func imageEnvironment() -> String {
    let rows = OptionTable.all.filter { !$0.defaultText.isEmpty }
    let lines = rows.compactMap { row in row.variable.map { "\($0)=\"\(dockerEscaped(row.defaultText))\"" } }
    return "ENV " + lines.joined(separator: " \\\n    ") + "\n"
}

private func dockerEscaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("$", with: "\\$")
}
