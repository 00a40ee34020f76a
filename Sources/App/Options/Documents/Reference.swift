/// Replaces each `{name}` in a text by what `show` makes of the row with that name.
///
/// A name that no row has is left as it stands, braces included, where a test finds it. Braces that hold anything but
/// a name, as in JSON, are left alone.
func resolvingReferences(in text: String, _ show: (Option) -> String) -> String {
    var result = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
        result += rest[..<open]
        let inside = rest[rest.index(after: open)...].prefix { $0.isLowercase || $0.isNumber || $0 == "-" }
        let end = inside.endIndex
        if end < rest.endIndex, rest[end] == "}", let row = OptionTable.row(named: String(inside)) {
            result += show(row)
            rest = rest[rest.index(after: end)...]
        } else {
            result += "{"
            rest = rest[rest.index(after: open)...]
        }
    }
    return result + rest
}

/// A text for people at a terminal: references as flags, code without its backticks.
func plainText(_ text: String) -> String {
    resolvingReferences(in: text) { $0.label }.replacing("`", with: "")
}

/// The words of a text in lines of at most `width` characters.
func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
        if !line.isEmpty, line.count + 1 + word.count > width {
            lines.append(line)
            line = ""
        }
        line += line.isEmpty ? String(word) : " " + word
    }
    return line.isEmpty ? lines : lines + [line]
}
