/// A file that is added to each release, and what is in it.
public struct RevisionTemplate: OptionValue, Equatable {
    /// Where it lies, from the top of the release.
    public let path: String
    /// What is in it; `{hash}` and `{host}` stand for the commit and the machine.
    public let template: String

    /// `PATH[=TEXT]`.
    public static var placeholder: String { "PATH[=TEXT]" }

    private static let usualTemplate = "{hash}\n"

    /// The path, and the text where it is not just the hash.
    public var text: String { template == RevisionTemplate.usualTemplate ? path : "\(path)=\(template.dropLast())" }

    /// Reads `PATH` or `PATH=TEXT`; the text becomes a line.
    public static func read(_ text: String) throws(ValueProblem) -> RevisionTemplate {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(parts[0])
        let components = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !components.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." || $0.lowercased() == ".git" }) else {
            throw ValueProblem("expected a path below the top of the release, such as revision.txt")
        }
        guard
            path.unicodeScalars.allSatisfy({
                $0.value > 0x20 && $0.value != 0x7f && !#"*?[]\"#.unicodeScalars.contains($0)
            })
        else {
            throw ValueProblem(
                #"a path with spaces, control characters, or any of * ? [ ] \ cannot be hidden from git"#)
        }
        guard parts.count > 1 else { return RevisionTemplate(path: path, template: usualTemplate) }
        if parts[1].contains(where: \.isNewline) { throw ValueProblem("the text is one line") }
        return RevisionTemplate(path: path, template: parts[1] + "\n")
    }
}
