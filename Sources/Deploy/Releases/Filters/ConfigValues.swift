/// The configuration values of git that change the bytes of working files.
public struct ConfigValues: Hashable, Sendable {
    /// The values of `core.autocrlf`.
    public enum AutomaticConversion: String, CaseIterable, Sendable {
        /// Only attributes ask for conversions.
        case off = "false"
        /// Files that look like text get CR LF.
        case on = "true"
        /// Conversions happen on the way into the repository only.
        case input
    }

    /// The values of `core.eol`.
    public enum EndOfLine: String, CaseIterable, Sendable {
        /// What the system uses, which here is LF.
        case native
        /// Lines end in LF.
        case lf
        /// Lines end in CR LF.
        case crlf
    }

    /// `core.autocrlf`.
    public var automaticConversion: AutomaticConversion
    /// `core.eol`.
    public var endOfLine: EndOfLine

    /// The given values; git's defaults where none are.
    public init(automaticConversion: AutomaticConversion = .off, endOfLine: EndOfLine = .native) {
        self.automaticConversion = automaticConversion
        self.endOfLine = endOfLine
    }

    /// Whether text without further words gets CR LF.
    var textEndsInCRLF: Bool {
        switch automaticConversion {
        case .on: true
        case .input: false
        case .off: endOfLine == .crlf
        }
    }
}
