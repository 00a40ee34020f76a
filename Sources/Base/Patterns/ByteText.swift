// Small readings of byte texts that the parsers and matchers share.

extension UInt8 {
    static let slash = UInt8(ascii: "/")
    static let backslash = UInt8(ascii: "\\")
    static let asterisk = UInt8(ascii: "*")
    static let dot = UInt8(ascii: ".")
    static let space = UInt8(ascii: " ")
    static let newline = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")

    /// Whether the byte starts something other than itself in a pattern.
    var isPatternSpecial: Bool {
        self == .asterisk || self == UInt8(ascii: "?") || self == UInt8(ascii: "[") || self == .backslash
    }

    /// Whether the byte separates words in an attributes file.
    var isBlank: Bool {
        self == .space || self == UInt8(ascii: "\t") || self == .carriageReturn || self == .newline
    }

    /// The byte with an ASCII capital turned into its small letter.
    var lowercased: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self + 32 : self
    }
}

extension Span<UInt8> {
    /// Whether the bytes from `start` on begin with `prefix`.
    func has(_ prefix: [UInt8], at start: Int) -> Bool {
        guard start >= 0, count - start >= prefix.count else { return false }
        for index in prefix.indices where self[start + index] != prefix[index] { return false }
        return true
    }

    /// Whether the bytes from `start` to the end are exactly `text`.
    func isExactly(_ text: [UInt8], from start: Int) -> Bool {
        count - start == text.count && has(text, at: start)
    }

    /// Where the last component of the path begins.
    var nameStart: Int {
        var index = count
        while index > 0, self[index - 1] != .slash { index -= 1 }
        return index
    }

    /// The position of the next slash at or after `start`, or the end.
    func componentEnd(from start: Int) -> Int {
        var index = start
        while index < count, self[index] != .slash { index += 1 }
        return index
    }

    /// The bytes as an array.
    var array: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count)
        for index in indices { result.append(self[index]) }
        return result
    }
}

extension [UInt8] {
    /// Whether a path lies at or below the directory whose path this is; the empty path is the root.
    func isDirectoryPrefix(of path: Span<UInt8>) -> Bool {
        isEmpty || (path.has(self, at: 0) && (path.count == count || path[count] == .slash))
    }
}
