/// Which changed paths need which action.
public struct ChangeRule: OptionValue, Equatable {
    /// Git's wildmatch patterns; one match is enough.
    public let patterns: [String]
    /// What a match asks for.
    public let action: ChangeAction

    /// `RULE`.
    public static var placeholder: String { "RULE" }

    /// The patterns, an equals sign and the action; a password in a URL is not shown.
    public var text: String {
        patterns.map(ChangeRule.escaped).joined(separator: ",") + "=" + action.text
    }

    /// Reads `GLOB[,GLOB…]=ACTION`; `\,` and `\=` stand for those characters in a pattern.
    public static func read(_ text: String) throws(ValueProblem) -> ChangeRule {
        var patterns = [""]
        var rest = text[...]
        while let character = rest.popFirst() {
            switch (character, rest.first) {
            case ("\\", let next?) where next == "," || next == "=":
                patterns[patterns.count - 1].append(next)
                rest.removeFirst()
            case ("\\", let next?):
                // Any other escape is wildmatch's own.
                patterns[patterns.count - 1] += "\\" + String(next)
                rest.removeFirst()
            case (",", _):
                patterns.append("")
            case ("=", _):
                if patterns.contains("") { throw ValueProblem("a pattern before = is empty") }
                return ChangeRule(patterns: patterns, action: try ChangeAction.read(String(rest)))
            default:
                patterns[patterns.count - 1].append(character)
            }
        }
        throw ValueProblem("expected GLOB[,GLOB...]=ACTION, such as '*.conf=signal:HUP@name:nginx'")
    }

    private static func escaped(_ pattern: String) -> String {
        String(pattern.flatMap { $0 == "," || $0 == "=" ? ["\\", $0] : [$0] })
    }

    /// The rule with relative file names of its action made absolute.
    public func resolved(against directory: String) -> ChangeRule {
        ChangeRule(patterns: patterns, action: action.resolved(against: directory))
    }
}

/// What is done so that the application takes up a change.
public enum ChangeAction: Equatable, Sendable {
    /// Nothing.
    case none
    /// A signal to a process.
    case signal(SignalName, SignalTarget)
    /// A request to a URL.
    case http(method: String, url: Address)
    /// A program.
    case run(Path)
    /// A new modification time for a file.
    case touch(Path)

    /// The action as written in a rule; a password in a URL is not shown.
    public var text: String {
        switch self {
        case .none: "none"
        case .signal(let signal, let target): "signal:\(signal.text)@\(target.text)"
        case .http(let method, let url): "http:\(method)@\(url)"
        case .run(let path): "exec:\(path)"
        case .touch(let path): "touch:\(path)"
        }
    }

    static func read(_ text: String) throws(ValueProblem) -> ChangeAction {
        if text == "none" { return .none }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let kind = parts.first, let value = parts.dropFirst().first, !value.isEmpty else { throw malformed }
        switch kind {
        case "signal":
            let (signal, target) = try halves(value, expected: "signal:SIGNAL@TARGET, such as signal:HUP@name:nginx")
            return .signal(try SignalName.read(signal), try SignalTarget.read(target))
        case "http":
            let (method, url) = try halves(
                value, expected: "http:METHOD@URL, such as http:POST@http://127.0.0.1/reload")
            return .http(method: try HTTPMethod.read(method).text, url: try WebAddress.read(url).address)
        case "exec": return .run(try Path.read(value))
        case "touch": return .touch(try Path.read(value))
        default: throw malformed
        }
    }

    private static var malformed: ValueProblem {
        ValueProblem(
            "expected an action after =: none, signal:SIGNAL@TARGET, http:METHOD@URL, exec:PATH or touch:PATH")
    }

    private static func halves(_ text: String, expected: String) throws(ValueProblem) -> (String, String) {
        guard let at = text.firstIndex(of: "@") else { throw ValueProblem("expected \(expected)") }
        return (String(text[..<at]), String(text[text.index(after: at)...]))
    }

    func resolved(against directory: String) -> ChangeAction {
        switch self {
        case .signal(let signal, let target): .signal(signal, target.resolved(against: directory))
        case .run(let path): .run(path.resolved(against: directory))
        case .touch(let path): .touch(path.resolved(against: directory))
        case .none, .http: self
        }
    }
}
