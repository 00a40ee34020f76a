/// The manual as a source for `man`, for docs/git-sidecar.1.
public func manualRoff() -> String {
    var lines = [
        ".TH \(Product.name.uppercased().replacing("-", with: "\\-")) 1 \"\" \"\(Product.name) \(Product.version)\"",
        // No hyphens at the ends of lines and no stretched lines: names of flags stay whole.
        ".nh", ".ad l",
    ]
    for block in manualBlocks() {
        switch block {
        case .section(let title): lines.append(".SH \(title)")
        case .part(let title): lines.append(".SS \(title)")
        case .paragraph(let text): lines += [".PP", roffText(text)]
        case .item(let term, let paragraphs):
            lines += [".TP", "\\fB" + roffEscaped(plainText(term)) + "\\fR"]
            for (index, paragraph) in paragraphs.enumerated() {
                if index > 0 { lines.append(".br") }
                lines.append(roffText(paragraph))
            }
        case .code(let text):
            lines += [".PP", ".RS 4", ".nf"]
            lines += text.split(separator: "\n").map { roffLine(roffEscaped(String($0))) }
            lines += [".fi", ".RE"]
        }
    }
    return lines.joined(separator: "\n") + "\n"
}

// References and code become bold.
private func roffText(_ text: String) -> String {
    let pieces = resolvingReferences(in: text) { "`\($0.label)`" }
        .split(separator: "`", omittingEmptySubsequences: false)
    var result = ""
    for (index, piece) in pieces.enumerated() {
        let escaped = roffEscaped(String(piece))
        result += index.isMultiple(of: 2) ? escaped : "\\fB\(escaped)\\fR"
    }
    return roffLine(result.replacing("\n", with: " "))
}

private func roffEscaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("'", with: "\\(aq")
}

// A line that begins with a full stop would be an instruction.
private func roffLine(_ line: String) -> String {
    line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
}
