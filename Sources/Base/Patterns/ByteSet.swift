/// A set of bytes, such as a bracket expression of a pattern stands for.
struct ByteSet: Equatable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }

    func contains(_ byte: UInt8) -> Bool {
        let word =
            switch byte >> 6 {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            default: words.3
            }
        return word >> UInt64(byte & 63) & 1 == 1
    }

    mutating func insert(_ byte: UInt8) {
        let bit = UInt64(1) << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    mutating func remove(_ byte: UInt8) {
        guard contains(byte) else { return }
        let bit = UInt64(1) << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 ^= bit
        case 1: words.1 ^= bit
        case 2: words.2 ^= bit
        default: words.3 ^= bit
        }
    }

    mutating func invert() {
        words = (~words.0, ~words.1, ~words.2, ~words.3)
    }
}

extension ByteSet {
    /// Reads the bracket expression that begins at `position` with `[` and moves behind its `]`.
    ///
    /// Nil when it has no end or names a class that does not exist: such a pattern matches nothing at all.
    init?(reading pattern: Span<UInt8>, at position: inout Int) {
        self.init()
        var index = position + 1
        func byte(_ at: Int) -> UInt8? { at < pattern.count ? pattern[at] : nil }
        let isNegated = byte(index) == UInt8(ascii: "!") || byte(index) == UInt8(ascii: "^")
        if isNegated { index += 1 }
        // The byte that a `-` continues; nil behind a range or a class, where `-` stands for itself.
        var rangeStart: UInt8?
        var isFirst = true
        while true {
            guard var current = byte(index) else { return nil }
            if current == UInt8(ascii: "]"), !isFirst { break }
            isFirst = false
            if current == .backslash {
                guard let escaped = byte(index + 1) else { return nil }
                insert(escaped)
                rangeStart = escaped
                index += 2
            } else if current == UInt8(ascii: "-"), let start = rangeStart, let next = byte(index + 1),
                next != UInt8(ascii: "]")
            {
                index += 1
                current = next
                if current == .backslash {
                    index += 1
                    guard let escaped = byte(index) else { return nil }
                    current = escaped
                }
                if start <= current { for member in start...current { insert(member) } }
                rangeStart = nil
                index += 1
            } else if current == UInt8(ascii: "["), byte(index + 1) == UInt8(ascii: ":") {
                var end = index + 2
                while let next = byte(end), next != UInt8(ascii: "]") { end += 1 }
                guard end < pattern.count else { return nil }
                if end - index - 3 >= 0, pattern[end - 1] == UInt8(ascii: ":") {
                    guard insert(class: pattern.extracting((index + 2)..<(end - 1))) else { return nil }
                    rangeStart = nil
                    index = end + 1
                } else {
                    insert(current)
                    rangeStart = current
                    index += 1
                }
            } else {
                insert(current)
                rangeStart = current
                index += 1
            }
        }
        if isNegated { invert() }
        position = index + 1
    }

    private mutating func insert(class name: Span<UInt8>) -> Bool {
        guard let isMember = asciiClasses[String(decoding: name.array, as: UTF8.self)] else { return false }
        for byte in UInt8(0)..<128 where isMember(byte) { insert(byte) }
        return true
    }
}

private let asciiClasses: [String: @Sendable (UInt8) -> Bool] = [
    "alnum": { isLetter($0) || isDigit($0) },
    "alpha": isLetter,
    "blank": { $0 == 32 || $0 == 9 },
    "cntrl": { $0 < 32 || $0 == 127 },
    "digit": isDigit,
    "graph": { $0 > 32 && $0 < 127 },
    "lower": { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") },
    "print": { $0 >= 32 && $0 < 127 },
    "punct": { $0 > 32 && $0 < 127 && !isLetter($0) && !isDigit($0) },
    // Git knows no vertical tab and no form feed here.
    "space": { $0 == 32 || $0 == 9 || $0 == 10 || $0 == 13 },
    "upper": { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") },
    "xdigit": { isDigit($0) || ($0.lowercased >= UInt8(ascii: "a") && $0.lowercased <= UInt8(ascii: "f")) },
]

@Sendable private func isLetter(_ byte: UInt8) -> Bool {
    byte.lowercased >= UInt8(ascii: "a") && byte.lowercased <= UInt8(ascii: "z")
}

@Sendable private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
}
