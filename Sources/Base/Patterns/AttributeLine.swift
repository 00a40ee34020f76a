/// What a line of an attributes file gives an attribute.
enum AttributeValue: Equatable, Sendable {
    case set
    case unset
    case unspecified
    case text(String)
}

/// One line of an attributes file: a pattern or the name of a macro, and what it gives.
struct AttributeLine: Sendable {
    enum Subject: Sendable {
        case pattern(PathPattern)
        case macro(String)
    }

    let subject: Subject
    let assignments: [(name: String, value: AttributeValue)]

    /// Git ignores lines of this length and longer.
    static let maximumLength = 2048

    /// Why a line has no effect.
    enum Mistake: String, Error, Sendable {
        case tooLong = "longer than 2047 bytes"
        case negativePattern = "negative patterns are not allowed"
        case invalidName = "not a valid attribute name"
        case misplacedMacro = "macros are allowed only in the root's .gitattributes and in info/attributes"
    }

    /// Reads one line; nil for an empty one or a comment.
    init?(_ line: Span<UInt8>, allowsMacros: Bool) throws(Mistake) {
        guard line.count < AttributeLine.maximumLength else { throw .tooLong }
        var position = AttributeLine.skipBlanks(line, 0)
        guard position < line.count, line[position] != UInt8(ascii: "#") else { return nil }
        var name: [UInt8]
        if let quoted = unquote(line, from: position) {
            name = quoted.text
            position = quoted.end
        } else {
            let end = AttributeLine.wordEnd(line, position)
            name = line.extracting(position..<end).array
            position = end
        }
        let macroMark = Array("[attr]".utf8)
        let isMacro = name.count > macroMark.count && name.starts(with: macroMark)
        if isMacro {
            guard allowsMacros else { throw .misplacedMacro }
            name = Array(name.dropFirst(macroMark.count).drop(while: \.isBlank).prefix { !$0.isBlank })
            guard AttributeLine.isValidName(name) else { throw .invalidName }
        }
        var assignments: [(name: String, value: AttributeValue)] = []
        position = AttributeLine.skipBlanks(line, position)
        while position < line.count {
            let end = AttributeLine.wordEnd(line, position)
            assignments.append(try AttributeLine.assignment(line.extracting(position..<end).array))
            position = AttributeLine.skipBlanks(line, end)
        }
        self.assignments = assignments
        guard !isMacro else {
            subject = .macro(String(decoding: name, as: UTF8.self))
            return
        }
        let pattern = PathPattern(name.span)
        guard !pattern.isNegative else { throw .negativePattern }
        subject = .pattern(pattern)
    }

    private static func assignment(_ word: [UInt8]) throws(Mistake) -> (name: String, value: AttributeValue) {
        var name = word[...]
        var value = AttributeValue.set
        if let equals = word.firstIndex(of: UInt8(ascii: "=")) {
            name = word[..<equals]
            value = .text(String(decoding: word[(equals + 1)...], as: UTF8.self))
        }
        if word.first == UInt8(ascii: "-") || word.first == UInt8(ascii: "!") {
            value = word.first == UInt8(ascii: "-") ? .unset : .unspecified
            name = name.dropFirst()
        }
        guard isValidName(Array(name)) else { throw .invalidName }
        return (String(decoding: name, as: UTF8.self), value)
    }

    private static func isValidName(_ name: [UInt8]) -> Bool {
        guard let first = name.first, first != UInt8(ascii: "-") else { return false }
        return name.allSatisfy { byte in
            let lower = byte.lowercased
            return (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")) || byte == .dot
                || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
    }

    private static func skipBlanks(_ line: Span<UInt8>, _ start: Int) -> Int {
        var index = start
        while index < line.count, line[index].isBlank { index += 1 }
        return index
    }

    private static func wordEnd(_ line: Span<UInt8>, _ start: Int) -> Int {
        var index = start
        while index < line.count, !line[index].isBlank { index += 1 }
        return index
    }
}

/// Reads a text in double quotes with C escapes; nil when there is none or it is malformed.
private func unquote(_ line: Span<UInt8>, from start: Int) -> (text: [UInt8], end: Int)? {
    guard start < line.count, line[start] == UInt8(ascii: "\"") else { return nil }
    let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
        UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11,
        UInt8(ascii: "\\"): UInt8(ascii: "\\"), UInt8(ascii: "\""): UInt8(ascii: "\""),
    ]
    var text: [UInt8] = []
    var index = start + 1
    while index < line.count {
        let byte = line[index]
        index += 1
        if byte == UInt8(ascii: "\"") {
            // What lies behind a zero byte does not exist for git.
            return (Array(text.prefix { $0 != 0 }), index)
        }
        guard byte == .backslash else {
            text.append(byte)
            continue
        }
        guard index < line.count else { return nil }
        if let plain = escapes[line[index]] {
            text.append(plain)
            index += 1
            continue
        }
        // Bounded: by the line, which is in memory, and three digits below eight.
        guard index + 2 < line.count else { return nil }
        var value = 0
        for offset in 0..<3 {
            let digit = Int(line[index + offset]) - Int(UInt8(ascii: "0"))
            guard (0..<8).contains(digit) else { return nil }
            value = value * 8 + digit
        }
        guard value < 256 else { return nil }
        text.append(UInt8(value))
        index += 3
    }
    return nil
}
