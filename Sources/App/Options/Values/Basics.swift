public import Posix

extension Bool: OptionValue {
    /// `BOOL`.
    public static var placeholder: String { "BOOL" }
    /// The two words that help texts show.
    public static var choices: [String] { ["true", "false"] }
    /// The flag alone means true.
    public static var isSwitch: Bool { true }
    /// `true` or `false`.
    public var text: String { self ? "true" : "false" }

    /// Reads `true`, `false`, `1` or `0`, and Go's other spellings of them.
    public static func read(_ text: String) throws(ValueProblem) -> Bool {
        switch text {
        case "true", "1", "t", "T", "TRUE", "True": return true
        case "false", "0", "f", "F", "FALSE", "False": return false
        default: throw ValueProblem("expected true or false")
        }
    }
}

extension Int: OptionValue {
    /// `N`.
    public static var placeholder: String { "N" }
    /// Decimal digits.
    public var text: String { String(self) }

    /// Reads a whole number.
    public static func read(_ text: String) throws(ValueProblem) -> Int {
        if let number = Int(text) { return number }
        throw ValueProblem("expected a whole number, such as 1")
    }
}

extension String: OptionValue {
    /// `TEXT`; rows say better what it is.
    public static var placeholder: String { "TEXT" }
    /// The text itself.
    public var text: String { self }

    /// Reads any text that is not empty.
    public static func read(_ text: String) throws(ValueProblem) -> String {
        if text.isEmpty { throw ValueProblem("expected a text that is not empty") }
        return text
    }
}

extension Secret: OptionValue {
    /// `SECRET`.
    public static var placeholder: String { "SECRET" }
    /// Three stars.
    public var text: String { "***" }
    /// Never.
    public static func quotable(_ text: String) -> String? { nil }

    /// Reads any text that is not empty.
    public static func read(_ text: String) throws(ValueProblem) -> Secret {
        if text.isEmpty { throw ValueProblem("expected a text that is not empty") }
        return Secret(text)
    }
}

/// The name of a file or directory.
public struct Path: OptionValue, Hashable, CustomStringConvertible {
    /// The name as written, or absolute once a plan has resolved it.
    public let text: String

    /// Wraps a name.
    public init(_ text: String) {
        self.text = text
    }

    /// The name.
    public var description: String { text }
    /// `PATH`.
    public static var placeholder: String { "PATH" }
    /// Shells complete it.
    public static var isPath: Bool { true }
    /// Whether it begins at the root of the file system.
    public var isAbsolute: Bool { text.hasPrefix("/") }

    /// Reads any name that is not empty.
    public static func read(_ text: String) throws(ValueProblem) -> Path {
        if text.isEmpty { throw ValueProblem("expected the name of a file or directory") }
        if text.utf8.contains(0) { throw ValueProblem("a file name cannot contain a zero byte") }
        return Path(text)
    }

    /// The name itself when it is absolute, else the name inside `directory`.
    public func resolved(against directory: String) -> Path {
        if isAbsolute { return self }
        return Path(directory.hasSuffix("/") ? directory + text : directory + "/" + text)
    }

    /// The name without `.`, `..` and doubled slashes, by its letters alone: symbolic links are not looked at.
    public var normalized: String {
        var parts: [Substring] = []
        for part in text.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}
