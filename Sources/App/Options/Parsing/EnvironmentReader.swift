/// Finds the parameters' values in an environment.
struct EnvironmentReader {
    private(set) var given: [Given] = []
    private(set) var warnings: [String] = []

    /// Variables that we set for hooks and other children; a sidecar that is one of them is not puzzled by them.
    static let variablesForChildren = ["GITSYNC_HASH", "GITSYNC_PREVIOUS_HASH", "GITSYNC_RELEASE", "GITSYNC_TRIAL"]

    init(_ environment: [String: String]) {
        // An empty variable is as good as none: images and templates cannot remove one.
        let environment = environment.filter { !$0.value.isEmpty }
        for row in OptionTable.all {
            if let name = row.variable { add(row, nil, name, environment) }
            for (place, old) in row.oldNames.enumerated() {
                for name in old.variables { add(row, place, name, environment) }
            }
        }
        warnings = environment.keys.sorted().compactMap(EnvironmentReader.warning)
    }

    private mutating func add(_ row: Option, _ place: Int?, _ name: String, _ environment: [String: String]) {
        guard let text = environment[name] else { return }
        let texts = row.separator.map { separator in
            // Lines may end as they do on Windows.
            text.split { $0 == separator || (separator == "\n" && $0.isNewline) }.map(String.init)
        }
        for text in texts ?? [text] {
            given.append(Given(row: row, oldPlace: place, source: .variable(name), text: text))
        }
    }

    private static func warning(about name: String) -> String? {
        let known = OptionTable.all.compactMap(\.variable)
        let former = OptionTable.all.flatMap(\.oldNames).flatMap(\.variables)
        guard name.hasPrefix("GITSYNC_"), !known.contains(name), !former.contains(name),
            !variablesForChildren.contains(name),
            !isFromKubernetes(name)
        else { return nil }
        let near = nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
        return "\(printable(name)): there is no such variable, it has no effect\(near)"
    }

    // Kubernetes describes each service of the namespace in variables; a service may be called gitsync or gitsync-web.
    private static func isFromKubernetes(_ name: String) -> Bool {
        let afterService = name.hasPrefix("GITSYNC_SERVICE_") || name.hasPrefix("GITSYNC_PORT")
        let words = name.split(separator: "_")
        let ofLongerName = name.contains("_SERVICE_HOST") || name.contains("_SERVICE_PORT")
        let port = words.firstIndex(of: "PORT").map { words[words.index(after: $0)...] }
        let isPort = port.map { $0.isEmpty || ["TCP", "UDP", "SCTP"].contains($0.dropFirst().first ?? "") } ?? false
        return afterService || ofLongerName || isPort
    }
}

/// One value that was given for one row, before anybody knows whether it counts.
struct Given {
    /// The parameter.
    let row: Option
    /// Which of the row's former names was used; nil for today's.
    let oldPlace: Int?
    /// The flag or variable that was used.
    let source: Invocation.Source
    /// The value as typed.
    let text: String

    var old: OldName? { oldPlace.map { row.oldNames[$0] } }

    var isFromEnvironment: Bool {
        if case .variable = source { return true }
        return false
    }

    /// What was typed, as far as it may be shown.
    var subject: String {
        guard case .value(let value) = row.access, let shown = value.quotable(text) else { return source.name }
        return "\(source.name)=\(printable(shown))"
    }

    func problem(_ message: String) -> Problem {
        Problem(subject, message, isFromEnvironment: isFromEnvironment)
    }
}

/// A text for one line of an error: cut when it is long, and without control characters.
func printable(_ text: String) -> String {
    let visible = String(
        text.map { character in
            character.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f } ? "?" : character
        })
    return visible.count > 80 ? visible.prefix(77) + "..." : visible
}
