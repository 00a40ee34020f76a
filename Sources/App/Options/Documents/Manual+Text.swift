/// What `--man` prints: the manual as plain text in 80 columns.
public func manualText() -> String {
    var lines: [String] = []
    for block in manualBlocks() {
        switch block {
        case .section(let title):
            if !lines.isEmpty { lines.append("") }
            lines.append(title)
        case .part(let title):
            lines += ["", "   " + title]
        case .paragraph(let text):
            if lines.last.map({ !$0.isEmpty && $0.first == " " }) == true { lines.append("") }
            lines += indented(text, by: 7)
        case .item(let term, let paragraphs):
            if lines.last?.first == " " { lines.append("") }
            lines += indented(term, by: 7)
            for paragraph in paragraphs { lines += indented(paragraph, by: 11) }
        case .code(let text):
            lines.append("")
            lines += text.split(separator: "\n").map { String(repeating: " ", count: 11) + $0 }
        }
    }
    return lines.joined(separator: "\n") + "\n"
}

private func indented(_ text: String, by indent: Int) -> [String] {
    wrapped(plainText(text), width: 80 - indent).map { String(repeating: " ", count: indent) + $0 }
}
