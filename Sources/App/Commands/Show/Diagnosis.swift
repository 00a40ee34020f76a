internal import ControlAPI

/// One thing that was looked at, and how it is.
public struct Diagnosis: Sendable, Equatable {
    /// How it is.
    public enum Level: String, Sendable {
        /// As it should be.
        case good = "ok"
        /// It works, or may work, and deserves a look.
        case warning
        /// It does not work.
        case problem
    }

    /// How it is.
    public let level: Level
    /// What was looked at, in a word or two.
    public let subject: String
    /// What was found.
    public let text: String
    /// What to do about it; nil where nothing is to be done.
    public let advice: String?

    /// Records what was found.
    public init(_ level: Level, _ subject: String, _ text: String, advice: String? = nil) {
        self.level = level
        self.subject = subject
        self.text = text
        self.advice = advice
    }

    /// The diagnosis for people: level, subject and text, and the advice below.
    public func lines(_ style: Style, width: Int) -> [String] {
        let tone: Style.Tone =
            switch level {
            case .good: .good
            case .warning: .doubtful
            case .problem: .bad
            }
        let indent = 9 + 15
        let text = folded(plain(text), max(30, width - indent))
        let more = advice.map { folded(plain($0), max(30, width - indent)) } ?? []
        let blanks = String(repeating: " ", count: indent)
        let head = style.apply(tone, padded(level.rawValue, 9)) + padded(subject, 15) + (text.first ?? "")
        return [head] + text.dropFirst().map { blanks + $0 } + more.map { blanks + style.strong($0) }
    }
}
