/// The settings in a file of git's configuration syntax, such as `.gitmodules`.
///
/// Nothing is done with the values: no file is included, no path expanded, no command run.
public struct GitConfigFile: Sendable, Equatable {
    /// One setting.
    public struct Entry: Sendable, Equatable {
        /// The section, in small letters.
        public let section: [UInt8]
        /// What stands in quotes behind the section; nil where nothing does.
        public let subsection: [UInt8]?
        /// The variable, in small letters.
        public let name: [UInt8]
        /// The value; nil for a variable that stands alone, which means true.
        public let value: [UInt8]?
    }

    /// A file that is not in the syntax.
    public struct SyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
        /// The line on which reading failed, counted from 1.
        public let line: Int

        /// The reason in words.
        public var description: String { "line \(line) is not in git's configuration syntax" }
    }

    /// The settings, in the order of the file; one that is repeated is here as often.
    public let entries: [Entry]

    /// Reads a file.
    public init(_ file: Span<UInt8>) throws(SyntaxError) {
        var reader = ConfigReader(file.has([0xEF, 0xBB, 0xBF], at: 0) ? file.extracting(3..<file.count) : file)
        entries = try reader.entries()
    }
}

/// Reads the syntax byte by byte, as git does.
private struct ConfigReader {
    private let file: [UInt8]
    private var position = 0
    private var line = 1
    private var section: [UInt8] = []
    private var subsection: [UInt8]?

    init(_ file: Span<UInt8>) {
        self.file = file.array
    }

    mutating func entries() throws(GitConfigFile.SyntaxError) -> [GitConfigFile.Entry] {
        var entries: [GitConfigFile.Entry] = []
        while let byte = next() {
            if byte.isBlank { continue }
            if byte.isCommentStart {
                skipLine()
            } else if byte == UInt8(ascii: "[") {
                try readSection()
            } else if byte.isLetter {
                let name = try readName(first: byte)
                entries.append(
                    GitConfigFile.Entry(
                        section: section, subsection: subsection, name: name.text,
                        value: name.hasValue ? try readValue() : nil))
            } else {
                throw failure()
            }
        }
        return entries
    }

    /// The next byte, a carriage return before a newline left out; nil at the end.
    private mutating func next() -> UInt8? {
        guard position < file.count else { return nil }
        if file[position] == .carriageReturn, position + 1 < file.count, file[position + 1] == .newline {
            position += 1
        }
        defer { position += 1 }
        if file[position] == .newline { line += 1 }
        return file[position]
    }

    private mutating func skipLine() {
        while let byte = next(), byte != .newline {}
    }

    /// Reads `section]`, `section "subsection"]`, or the old `section.subsection]`.
    private mutating func readSection() throws(GitConfigFile.SyntaxError) {
        var text: [UInt8] = []
        subsection = nil
        while let byte = next() {
            if byte == UInt8(ascii: "]") {
                if text.isEmpty { throw failure() }
                if let dot = text.firstIndex(of: .dot) {
                    subsection = Array(text[(dot + 1)...])
                    text.removeSubrange(dot...)
                }
                section = text
                return
            }
            if byte != .newline, byte.isBlank {
                section = text
                subsection = try readSubsection()
                return
            }
            guard byte.isNameByte || byte == .dot else { throw failure(after: byte) }
            text.append(byte.lowercased)
        }
        throw failure()
    }

    /// Reads `"subsection"]` behind the section's name.
    private mutating func readSubsection() throws(GitConfigFile.SyntaxError) -> [UInt8] {
        var byte = next()
        while let blank = byte, blank.isBlank, blank != .newline { byte = next() }
        guard byte == UInt8(ascii: "\"") else { throw failure(after: byte) }
        var text: [UInt8] = []
        while var byte = next(), byte != UInt8(ascii: "\"") {
            if byte == .backslash, let escaped = next() { byte = escaped }
            guard byte != .newline else { throw failure(after: byte) }
            text.append(byte)
        }
        let end = next()
        guard end == UInt8(ascii: "]") else { throw failure(after: end) }
        return text
    }

    /// Reads a variable's name up to its `=`, or to the end of the line where there is none.
    private mutating func readName(first: UInt8) throws(GitConfigFile.SyntaxError) -> (text: [UInt8], hasValue: Bool) {
        var text = [first.lowercased]
        var byte = next()
        while let character = byte, character.isNameByte {
            text.append(character.lowercased)
            byte = next()
        }
        while let blank = byte, blank == .space || blank == UInt8(ascii: "\t") { byte = next() }
        switch byte {
        case nil, UInt8.newline: return (text, false)
        case UInt8(ascii: "="): return (text, true)
        default: throw failure()
        }
    }

    private mutating func readValue() throws(GitConfigFile.SyntaxError) -> [UInt8] {
        var value: [UInt8] = []
        var isQuoted = false
        // Blanks count only when something follows them.
        var blanks = 0
        while let byte = next() {
            if byte == .newline {
                if isQuoted { throw failure(after: byte) }
                return value
            }
            if !isQuoted, byte.isBlank {
                if !value.isEmpty { blanks += 1 }
                continue
            }
            if !isQuoted, byte.isCommentStart {
                skipLine()
                return value
            }
            value.append(contentsOf: repeatElement(.space, count: blanks))
            blanks = 0
            if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == .backslash {
                if let escaped = try readEscape() { value.append(escaped) }
            } else {
                value.append(byte)
            }
        }
        if isQuoted { throw failure() }
        return value
    }

    /// What a backslash and the byte behind it stand for; nil where the line goes on in the next one.
    private mutating func readEscape() throws(GitConfigFile.SyntaxError) -> UInt8? {
        let byte = next()
        switch byte {
        case UInt8.newline, nil: return nil
        case UInt8(ascii: "t"): return UInt8(ascii: "\t")
        case UInt8(ascii: "n"): return .newline
        case UInt8(ascii: "b"): return 8
        case UInt8.backslash, UInt8(ascii: "\""): return byte
        default: throw failure(after: byte)
        }
    }

    /// A failure on the current line, or on the one that `byte` has just ended.
    private func failure(after byte: UInt8? = nil) -> GitConfigFile.SyntaxError {
        GitConfigFile.SyntaxError(line: byte == .newline ? line - 1 : line)
    }
}

extension UInt8 {
    fileprivate var isCommentStart: Bool { self == UInt8(ascii: "#") || self == UInt8(ascii: ";") }
    fileprivate var isLetter: Bool { lowercased >= UInt8(ascii: "a") && lowercased <= UInt8(ascii: "z") }
    fileprivate var isNameByte: Bool {
        isLetter || self == UInt8(ascii: "-") || (self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9"))
    }
}
