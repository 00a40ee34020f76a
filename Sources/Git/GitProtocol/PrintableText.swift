/// The most bytes of a server's words that are ever shown.

/// Makes a server's words safe to print and to log: one line, bounded, without terminal control and without secrets.
public func printableText(_ bytes: Span<UInt8>, limit: Int = 1000) -> String {
    // Twice the limit leaves room for what is removed; the rest of a flood is never looked at.
    var kept: [UInt8] = []
    for index in 0..<min(bytes.count, 2 * limit) { kept.append(bytes[index]) }
    var line = ""
    var escape = EscapeSequence.none
    for scalar in String(decoding: kept, as: UTF8.self).unicodeScalars {
        guard !escape.swallows(scalar) else { continue }
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20:
            if !line.isEmpty, line.unicodeScalars.last != " " { line.unicodeScalars.append(" ") }
        case 0x00..<0x20, 0x7F..<0xA0: continue
        // Marks that reorder or hide the text around them.
        case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF: continue
        default: line.unicodeScalars.append(scalar)
        }
    }
    let isCut = bytes.count > kept.count
    let safe = withoutUserInformation(line, isCut: isCut)
    guard isCut || safe.unicodeScalars.count > limit else {
        return safe.unicodeScalars.last == " " ? String(safe.unicodeScalars.dropLast()) : safe
    }
    return String(safe.unicodeScalars.prefix(limit)) + "…"
}

/// Where we are inside a terminal's escape sequence.
private enum EscapeSequence {
    case none
    case started
    case control
    case text
    case textMayEnd

    /// Whether the character belongs to a sequence and is therefore not text.
    mutating func swallows(_ scalar: Unicode.Scalar) -> Bool {
        switch (self, scalar.value) {
        case (.none, 0x1B): self = .started
        case (.none, 0x9B): self = .control
        case (.none, 0x90), (.none, 0x9D): self = .text
        case (.none, _): return false
        case (.started, 0x5B): self = .control
        case (.started, 0x50), (.started, 0x58), (.started, 0x5D), (.started, 0x5E), (.started, 0x5F): self = .text
        case (.started, 0x20...0x2F): break
        case (.started, _): self = .none
        case (.control, 0x40...0x7E): self = .none
        case (.control, _): break
        case (.text, 0x07), (.text, 0x9C), (.text, 0x0A): self = .none
        case (.text, 0x1B): self = .textMayEnd
        case (.text, _): break
        case (.textMayEnd, _): self = .none
        }
        return true
    }
}

/// Replaces what stands between `://` and `@` in every address by three stars.
///
/// An address that goes on where the text was cut may be nothing but a password: it goes altogether.
private func withoutUserInformation(_ text: String, isCut: Bool) -> String {
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    let mark = Array("://".utf8)
    while let start = firstIndex(of: mark, in: rest) {
        result += rest[..<start] + mark
        rest = rest[(start + mark.count)...]
        let address = rest.prefix { !isEndOfAddress($0) }
        if let end = endOfUserInformation(address) {
            result += Array("***".utf8)
            rest = rest[end...]
        } else if isCut, address.endIndex == rest.endIndex {
            result += Array("***".utf8)
            rest = []
        }
    }
    return String(decoding: result + rest, as: UTF8.self)
}

/// Finds the `@` that ends a user's name and password at the start of an address.
private func endOfUserInformation(_ address: ArraySlice<UInt8>) -> Int? {
    let slash = UInt8(ascii: "/")
    let authority = address.prefix { $0 != slash }
    if let end = authority.lastIndex(of: UInt8(ascii: "@")) { return end }
    // A password may hold a slash that nobody encoded: then a colon stands where only a port's digits may.
    guard let colon = authority.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let port = authority[(colon + 1)...]
    guard port.contains(where: { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) || port.isEmpty else {
        return nil
    }
    return address.lastIndex(of: UInt8(ascii: "@"))
}

private func isEndOfAddress(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"),
        UInt8(ascii: "`"):
        true
    default: false
    }
}

private func firstIndex(of mark: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= mark.count else { return nil }
    return (bytes.startIndex...(bytes.endIndex - mark.count)).first {
        bytes[$0..<($0 + mark.count)].elementsEqual(mark)
    }
}
