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
