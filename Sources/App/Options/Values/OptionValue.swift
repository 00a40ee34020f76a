/// A type that a parameter's value can have: how it is read, printed and described.
public protocol OptionValue: Sendable {
    /// What stands for the value in help texts, in capitals.
    static var placeholder: String { get }
    /// Every value there is, where they can be counted; otherwise empty.
    static var choices: [String] { get }
    /// Whether the flag may stand alone (`--one-time` instead of `--one-time=true`).
    static var isSwitch: Bool { get }
    /// Whether a value names a file, so that shells can complete it.
    static var isPath: Bool { get }
    /// Reads a value; the error says what was expected, without naming the parameter or repeating the text.
    static func read(_ text: String) throws(ValueProblem) -> Self
    /// The value as a user would write it; reading it gives the value again.
    var text: String { get }
    /// How a rejected text may be repeated in an error; nil when it must not be.
    static func quotable(_ text: String) -> String?
    /// The value with relative file names made absolute.
    func resolved(against directory: String) -> Self
}

extension OptionValue {
    /// No list of choices.
    public static var choices: [String] { [] }
    /// A value is needed.
    public static var isSwitch: Bool { false }
    /// Not a file.
    public static var isPath: Bool { false }
    /// The text, without a password in a URL.
    public static func quotable(_ text: String) -> String? { redacted(text) }
    /// The value itself: it names no file.
    public func resolved(against directory: String) -> Self { self }
}

/// Why a text is no value of a parameter, in words that follow the parameter's name.
public struct ValueProblem: Error, Equatable, Sendable {
    /// What was expected, in lower case and without a full stop.
    public let message: String

    /// States what was expected.
    public init(_ message: String) {
        self.message = message
    }
}

extension Optional: OptionValue where Wrapped: OptionValue {
    /// The placeholder of the value itself.
    public static var placeholder: String { Wrapped.placeholder }
    /// The choices of the value itself.
    public static var choices: [String] { Wrapped.choices }
    /// As for the value itself.
    public static var isSwitch: Bool { Wrapped.isSwitch }
    /// As for the value itself.
    public static var isPath: Bool { Wrapped.isPath }
    /// Reads the value itself; nothing written is not a value.
    public static func read(_ text: String) throws(ValueProblem) -> Wrapped? { try Wrapped.read(text) }
    /// The value as written, or nothing.
    public var text: String { self?.text ?? "" }
    /// As for the value itself.
    public static func quotable(_ text: String) -> String? { Wrapped.quotable(text) }
    /// The value with relative file names made absolute.
    public func resolved(against directory: String) -> Wrapped? { self?.resolved(against: directory) }
}

/// A value that is one of a few words; the words are the enumeration's raw values.
public protocol OptionChoice: OptionValue, CaseIterable, RawRepresentable, Equatable where RawValue == String {}

extension OptionChoice {
    /// `WORD`: the words themselves are listed beside it.
    public static var placeholder: String { "WORD" }
    /// Every word.
    public static var choices: [String] { allCases.map(\.rawValue) }
    /// The word.
    public var text: String { rawValue }
    /// Reads one of the words.
    public static func read(_ text: String) throws(ValueProblem) -> Self {
        if let value = Self(rawValue: text) { return value }
        throw ValueProblem("expected \(sentenceList(choices, last: "or"))")
    }
}

/// `a`, `a or b`, `a, b or c`.
func sentenceList(_ words: [String], last: String) -> String {
    guard let final = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " \(last) " + final
}
