internal import GitObjects

extension Span where Element == UInt8 {
    /// Whether the bytes begin with an ASCII text.
    func begins(with text: String) -> Bool {
        guard count >= text.utf8.count else { return false }
        var index = 0
        for byte in text.utf8 {
            guard self[index] == byte else { return false }
            index += 1
        }
        return true
    }

    /// Whether the bytes are exactly this text.
    func equals(_ text: String) -> Bool {
        count == text.utf8.count && begins(with: text)
    }

    /// How many bytes there are without the line feed that may end a line.
    var countWithoutLineFeed: Int {
        count > 0 && self[count - 1] == 0x0A ? count - 1 : count
    }

    /// Where a byte is found first at or after `start`; the number of bytes when it is not there.
    func position(of byte: UInt8, from start: Int = 0) -> Int {
        var index = start
        while index < count, self[index] != byte { index += 1 }
        return index
    }

    /// The text in a range; nil when it is not UTF-8, so that no two names ever become one.
    func text(_ range: Range<Int>) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        for index in range { bytes.append(self[index]) }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The object name that a range spells in 40 digits; nil when it does not.
    func objectID(_ range: Range<Int>) -> ObjectID? {
        guard range.upperBound <= count else { return nil }
        return ObjectID(hex: extracting(range))
    }
}

extension String {
    /// Whether two names are the same bytes; `==` would also accept other spellings of the same characters.
    func isSameBytes(as other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }
}
