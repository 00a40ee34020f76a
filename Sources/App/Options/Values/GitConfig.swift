/// Settings in git's own names, as `--git-config` takes them.
public struct GitConfig: OptionValue, Equatable, CustomStringConvertible, CustomReflectable {
    /// One setting.
    public struct Entry: Sendable, Equatable {
        /// The name, such as `http.proxy`.
        public let key: String
        /// The value; it may hold a password, as in `http.extraHeader`.
        public let value: String
    }

    /// The settings in the order in which they were written.
    public let entries: [Entry]

    /// The names alone, since values may hold passwords.
    public var description: String { entries.map { "\(redacted($0.key)):***" }.joined(separator: ",") }
    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
    /// `KEY:VALUE,...`.
    public static var placeholder: String { "KEY:VALUE" }
    /// The names alone.
    public var text: String { description }
    /// Never, since values may hold passwords.
    public static func quotable(_ text: String) -> String? { nil }

    /// Reads `key:value,key:value`.
    ///
    /// Keys and values may be in double quotes. In quotes and in values, `\n`, `\t`, `\"`, `\,` and `\\` stand for a
    /// line break, a tab, and themselves. A key that contains a colon must be in quotes, and so must a value that
    /// contains a comma, unless the comma is escaped.
    public static func read(_ text: String) throws(ValueProblem) -> GitConfig {
        var rest = text[...]
        var entries: [Entry] = []
        while !rest.isEmpty {
            rest = rest.drop { $0 == " " }
            let key = try readKey(&rest)
            guard rest.popFirst() == ":" else { throw ValueProblem("expected a colon after the key \(quoted(key))") }
            if rest.isEmpty { throw ValueProblem("expected a value after the key \(quoted(key))") }
            let value = try readValue(&rest, key: key)
            entries.append(Entry(key: key, value: value))
        }
        if entries.isEmpty { throw ValueProblem("expected KEY:VALUE, such as http.proxy:http://proxy:3128") }
        return GitConfig(entries: entries)
    }

    private static func readKey(_ rest: inout Substring) throws(ValueProblem) -> String {
        if rest.first == "\"" { return try readQuoted(&rest, what: "key") }
        let key = rest.prefix { $0 != ":" && $0 != "," }
        // The key is not repeated when no colon follows: what stands there may be the rest of a value.
        guard rest.dropFirst(key.count).first == ":" else {
            throw ValueProblem("expected KEY:VALUE; a comma inside a value is written as \\,")
        }
        guard !key.isEmpty else { throw ValueProblem("expected a key before the colon") }
        rest = rest.dropFirst(key.count)
        return String(key)
    }

    private static func readValue(_ rest: inout Substring, key: String) throws(ValueProblem) -> String {
        if rest.first == "\"" {
            let value = try readQuoted(&rest, what: "value of \(quoted(key))")
            guard let next = rest.popFirst() else { return value }
            guard next == "," else { throw ValueProblem("expected a comma after the value of \(quoted(key))") }
            return value
        }
        var value = ""
        while let character = rest.popFirst() {
            if character == "," { break }
            value.append(character == "\\" ? try readEscape(&rest) : character)
        }
        return value
    }

    private static func readQuoted(_ rest: inout Substring, what: String) throws(ValueProblem) -> String {
        rest.removeFirst()
        var text = ""
        while let character = rest.popFirst() {
            if character == "\"" { return text }
            text.append(character == "\\" ? try readEscape(&rest) : character)
        }
        throw ValueProblem("the quotes of the \(what) are not closed")
    }

    private static func readEscape(_ rest: inout Substring) throws(ValueProblem) -> Character {
        switch rest.popFirst() {
        case "n": return "\n"
        case "t": return "\t"
        case "\"": return "\""
        case ",": return ","
        case "\\": return "\\"
        default: throw ValueProblem(#"after a backslash, only n, t, ", a comma or a backslash may follow"#)
        }
    }

    private static func quoted(_ key: String) -> String { "\"\(redacted(key))\"" }
}
