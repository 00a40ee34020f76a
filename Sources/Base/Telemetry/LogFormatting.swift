internal import Posix

extension LogRecord {
    /// The line as bytes, with its line feed.
    public func formatted(as format: LogFormat) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(256)
        switch format {
        case .json: appendJSON(to: &line)
        case .logfmt: appendLogfmt(to: &line)
        case .text: appendText(to: &line)
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private func appendJSON(to line: inout [UInt8]) {
        line += #"{"ts":""#.utf8
        line += time.rfc3339
        line += #"","level":""#.utf8
        line += level.name.utf8
        line += #"","msg":"#.utf8
        appendQuoted(bounded(message), to: &line)
        for field in fields.list {
            line.append(UInt8(ascii: ","))
            appendQuoted(field.name, to: &line)
            line.append(UInt8(ascii: ":"))
            appendJSONValue(field.value, to: &line)
        }
        line.append(UInt8(ascii: "}"))
    }

    private func appendLogfmt(to line: inout [UInt8]) {
        line += "ts=".utf8
        line += time.rfc3339
        line += " level=".utf8
        line += level.name.utf8
        line += " msg=".utf8
        appendBareOrQuoted(bounded(message), to: &line)
        appendPairs(to: &line)
    }

    private func appendText(to line: inout [UInt8]) {
        line += time.rfc3339
        line.append(UInt8(ascii: " "))
        line += level.name.utf8
        line += repeatElement(UInt8(ascii: " "), count: 8 - level.name.utf8.count)
        // A message is a sentence: it is shown without quotes unless it holds what could deceive a terminal.
        let text = bounded(message)
        if text.unicodeScalars.contains(where: isControl) {
            appendQuoted(text, to: &line)
        } else {
            line += text.utf8
        }
        appendPairs(to: &line)
    }

    private func appendPairs(to line: inout [UInt8]) {
        for field in fields.list {
            line.append(UInt8(ascii: " "))
            line += field.name.utf8
            line.append(UInt8(ascii: "="))
            switch field.value {
            case .list(let values): appendBareOrQuoted(values.map(\.plainText).joined(separator: ","), to: &line)
            default: appendBareOrQuoted(field.value.plainText, to: &line)
            }
        }
    }
}

private func appendJSONValue(_ value: LogValue, to line: inout [UInt8]) {
    switch value {
    case .list(let values):
        line.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { line.append(UInt8(ascii: ",")) }
            appendJSONValue(value, to: &line)
        }
        line.append(UInt8(ascii: "]"))
    case .integer, .flag: line += value.plainText.utf8
    // JSON has no infinity and no not-a-number.
    case .number(let number) where number.isFinite: line += value.plainText.utf8
    case .number, .text, .bytes: appendQuoted(value.plainText, to: &line)
    }
}

extension LogValue {
    fileprivate var plainText: String {
        switch self {
        case .text(let text): bounded(text)
        case .bytes(let bytes): bounded(String(decoding: bytes, as: UTF8.self))
        case .integer(let value): "\(value)"
        case .number(let value): value.rounded() == value && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
        case .flag(let value): "\(value)"
        case .list(let values): values.map(\.plainText).joined(separator: ",")
        }
    }
}

/// The longest text that a line shows of one value.
private let textLimit = 4096

private func bounded(_ text: String) -> String {
    let count = text.utf8.count
    if count <= textLimit { return text }
    var end = text.utf8.index(text.startIndex, offsetBy: textLimit)
    while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    let kept = text[..<end]
    return "\(kept)… (\(count - kept.utf8.count) bytes more)"
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
}

private func appendBareOrQuoted(_ text: String, to line: inout [UInt8]) {
    let needsQuotes =
        text.isEmpty
        || text.unicodeScalars.contains { isControl($0) || $0 == " " || $0 == "\"" || $0 == "=" || $0 == "\\" }
    if needsQuotes {
        appendQuoted(text, to: &line)
    } else {
        line += text.utf8
    }
}

/// Appends a JSON string; control characters, the C1 ones and the line separators of Unicode included, are escaped.
private func appendQuoted(_ text: String, to line: inout [UInt8]) {
    line.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": line += #"\""#.utf8
        case "\\": line += #"\\"#.utf8
        case "\n": line += #"\n"#.utf8
        case "\r": line += #"\r"#.utf8
        case "\t": line += #"\t"#.utf8
        case _ where isControl(scalar) || scalar == "\u{2028}" || scalar == "\u{2029}":
            let digits = String(scalar.value, radix: 16)
            line += "\\u\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)".utf8
        default: line += UTF8.encode(scalar).map(Array.init) ?? []
        }
    }
    line.append(UInt8(ascii: "\""))
}
