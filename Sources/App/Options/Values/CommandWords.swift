/// A program with its arguments, in the words that a shell would make of a simple line; no shell runs it.
///
/// Spaces divide words. Single quotes keep everything as it is, double quotes keep spaces, and a backslash keeps the
/// character after it. Nothing is expanded; what asks for that, or for a second program, is refused rather than handed
/// to the first one as an argument.
public struct CommandWords: OptionValue, Equatable {
    /// The line as it was written.
    public let text: String
    /// The path of the program, or a name that is looked up in `PATH`.
    public let program: String
    /// What follows it.
    public let arguments: [String]

    /// `COMMAND`.
    public static var placeholder: String { "COMMAND" }

    /// Reads a line such as `npm ci` or `sh -c 'npm ci && npm run build'`.
    public static func read(_ text: String) throws(ValueProblem) -> CommandWords {
        var reader = WordReader(text)
        let words = try reader.readAll()
        guard let program = words.first, !program.isEmpty else {
            throw ValueProblem("expected a program and its arguments, such as 'npm ci'")
        }
        return CommandWords(text: text, program: program, arguments: Array(words.dropFirst()))
    }
}

private struct WordReader {
    private var rest: Substring
    private var words: [String] = []
    // Nil between words; an empty pair of quotes is a word too.
    private var word: String?

    init(_ text: String) {
        rest = text[...]
    }

    mutating func readAll() throws(ValueProblem) -> [String] {
        while let character = rest.popFirst() {
            switch character {
            case " ", "\t", "\n": finishWord()
            case "'": try readSingleQuoted()
            case "\"": try readDoubleQuoted()
            case "\\":
                guard let next = rest.popFirst() else { throw ValueProblem("nothing follows the last backslash") }
                append(next)
            case "|", "&", ";", "<", ">", "(", ")":
                throw ValueProblem("no shell runs it, so \(character) must be quoted, or all of it be sh -c '...'")
            default:
                try refuseExpansion(character)
                append(character)
            }
        }
        finishWord()
        return words
    }

    private mutating func readSingleQuoted() throws(ValueProblem) {
        guard let end = rest.firstIndex(of: "'") else { throw ValueProblem("a single quote is not closed") }
        word = (word ?? "") + rest[..<end]
        rest = rest[rest.index(after: end)...]
    }

    private mutating func readDoubleQuoted() throws(ValueProblem) {
        word = word ?? ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return
            case "\\":
                guard let next = rest.popFirst() else { break }
                // As in a shell, others keep their backslash.
                append("\"\\$`".contains(next) ? "\(next)" : "\\\(next)")
            default:
                try refuseExpansion(character)
                append(character)
            }
        }
        throw ValueProblem("a double quote is not closed")
    }

    private func refuseExpansion(_ character: Character) throws(ValueProblem) {
        let expands =
            switch (character, rest.first) {
            case ("`", _): true
            case ("$", let next?): next.isLetter || "_{(".contains(next)
            default: false
            }
        if expands {
            throw ValueProblem(
                "no shell runs it, so \(character) stands for nothing; put it into single quotes, or write sh -c '...'")
        }
    }

    private mutating func append(_ character: Character) { append(String(character)) }

    private mutating func append(_ text: String) { word = (word ?? "") + text }

    private mutating func finishWord() {
        if let word { words.append(word) }
        word = nil
    }
}
