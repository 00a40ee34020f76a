/// Where the application logs.
public enum AppLogChoice: OptionValue, Equatable {
    /// Into a file.
    case file(Path)
    /// Into systemd's journal, as a unit.
    case unit(String)

    /// `LOG`.
    public static var placeholder: String { "LOG" }
    /// Shells complete it.
    public static var isPath: Bool { true }

    /// The path, or `unit:NAME`.
    public var text: String {
        switch self {
        case .file(let path): path.text
        case .unit(let name): "unit:\(name)"
        }
    }

    /// Reads a path, or `unit:` and the name of a unit.
    public static func read(_ text: String) throws(ValueProblem) -> AppLogChoice {
        let mark = "unit:"
        guard text.hasPrefix(mark) else { return .file(try Path.read(text)) }
        let name = text.dropFirst(mark.count)
        let isName = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || ":_.\\@-".utf8.contains(byte)
        }
        guard isName, !name.isEmpty, !name.hasPrefix("-") else {
            throw ValueProblem("expected the name of a unit after unit:, such as unit:web.service")
        }
        return .unit(String(name))
    }

    /// The path made absolute.
    public func resolved(against directory: String) -> AppLogChoice {
        switch self {
        case .file(let path): .file(path.resolved(against: directory))
        case .unit: self
        }
    }
}
