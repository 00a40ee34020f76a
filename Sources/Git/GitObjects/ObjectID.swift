internal import Figures

/// The name of a git object: its SHA-1, 20 bytes.
public struct ObjectID: Hashable, Sendable, Comparable {
    // Three words instead of an array: no allocation, and comparing two is three instructions.
    package let high: UInt64
    package let middle: UInt64
    package let low: UInt32

    package init(high: UInt64, middle: UInt64, low: UInt32) {
        self.high = high
        self.middle = middle
        self.low = low
    }

    /// The number of bytes in an object's name.
    public static let byteCount = 20

    /// Reads a name from exactly 20 bytes; nil for any other number.
    public init?(bytes: Span<UInt8>) {
        guard bytes.count == ObjectID.byteCount else { return nil }
        func word<T: FixedWidthInteger>(_ range: Range<Int>, _: T.Type) -> T {
            var value: T = 0
            for index in range { value = value << 8 | T(truncatingIfNeeded: bytes[index]) }
            return value
        }
        high = word(0..<8, UInt64.self)
        middle = word(8..<16, UInt64.self)
        low = word(16..<20, UInt32.self)
    }

    /// Reads a name from its 40 hexadecimal digits, upper or lower case; nil for anything else.
    public init?(hex digits: Span<UInt8>) {
        guard digits.count == 2 * ObjectID.byteCount else { return nil }
        var bytes: [20 of UInt8] = .init(repeating: 0)
        for index in 0..<ObjectID.byteCount {
            guard let upper = Hexadecimal.value(digits[2 * index]), let lower = Hexadecimal.value(digits[2 * index + 1])
            else { return nil }
            bytes[index] = upper << 4 | lower
        }
        self.init(bytes: bytes.span)
    }

    /// Reads a name from its 40 hexadecimal digits; nil for anything else.
    public init?(_ text: some StringProtocol) {
        self.init(hex: Array(text.utf8).span)
    }

    /// The 20 bytes.
    public var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(ObjectID.byteCount)
        for shift in stride(from: 56, through: 0, by: -8) { result.append(UInt8(truncatingIfNeeded: high >> shift)) }
        for shift in stride(from: 56, through: 0, by: -8) { result.append(UInt8(truncatingIfNeeded: middle >> shift)) }
        for shift in stride(from: 24, through: 0, by: -8) { result.append(UInt8(truncatingIfNeeded: low >> shift)) }
        return result
    }

    /// Feeds a hash table: eight bytes of a SHA-1 are as good as all of them.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(high)
    }

    /// Orders names as their bytes are ordered.
    public static func < (left: ObjectID, right: ObjectID) -> Bool {
        (left.high, left.middle, left.low) < (right.high, right.middle, right.low)
    }
}

extension ObjectID: CustomStringConvertible {
    /// The 40 hexadecimal digits, in lower case.
    public var description: String { Hexadecimal.text(bytes) }
}
