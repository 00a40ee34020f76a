internal import Posix

/// A number of bytes.
public struct ByteSize: OptionValue, Comparable {
    /// How many.
    public let bytes: UInt64

    /// Wraps a number of bytes.
    public init(bytes: UInt64) {
        self.bytes = bytes
    }

    /// So many times 1,048,576 bytes.
    public static func mebibytes(_ count: UInt64) -> ByteSize {
        ByteSize(bytes: count.multipliedSaturated(by: 1 << 20))
    }

    /// `SIZE`.
    public static var placeholder: String { "SIZE" }

    private static let units: [(name: String, bytes: UInt64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000), ("KB", 1_000),
        ("B", 1), ("", 1),
    ]

    /// Reads plain bytes or a whole number with a unit: `64MiB`, `64Mi` as in Kubernetes, or `64MB`.
    public static func read(_ text: String) throws(ValueProblem) -> ByteSize {
        let digits = text.prefix { "0"..."9" ~= $0 }
        let name = text.dropFirst(digits.count)
        guard let count = UInt64(digits), let unit = units.first(where: { $0.name == name }) else {
            throw ValueProblem("expected a size, such as 64MiB, 1GiB or a number of bytes")
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
        if overflow { throw ValueProblem("the size is too large") }
        return ByteSize(bytes: bytes)
    }

    /// The size in the largest binary unit that gives a whole number.
    public var text: String {
        let unit = ByteSize.units.prefix(4).first { bytes > 0 && bytes % $0.bytes == 0 }
        return unit.map { "\(bytes / $0.bytes)\($0.name)" } ?? "\(bytes)"
    }

    /// Whether it is the smaller number of bytes.
    public static func < (left: ByteSize, right: ByteSize) -> Bool { left.bytes < right.bytes }
}

/// A share of something, in hundredths.
public struct Percentage: OptionValue, Equatable {
    /// From 0 to 100.
    public let percent: Int

    /// Wraps a number of hundredths.
    public init(_ percent: Int) {
        self.percent = percent
    }

    /// `PERCENT`.
    public static var placeholder: String { "PERCENT" }
    /// The number and the sign.
    public var text: String { "\(percent)%" }

    /// Reads a whole number from 0 to 100 and the sign.
    public static func read(_ text: String) throws(ValueProblem) -> Percentage {
        guard text.hasSuffix("%"), let percent = Int(text.dropLast()), 0...100 ~= percent else {
            throw ValueProblem("expected a percentage from 0% to 100%, such as 10%")
        }
        return Percentage(percent)
    }
}

/// A number, or `auto` for the one that the other parameters suggest.
public enum AutomaticCount: OptionValue, Equatable {
    /// Let the other parameters decide.
    case automatic
    /// Exactly so many.
    case exactly(Int)

    /// `N`.
    public static var placeholder: String { "N|auto" }

    /// The number, or `auto`.
    public var text: String {
        switch self {
        case .automatic: "auto"
        case .exactly(let count): "\(count)"
        }
    }

    /// Reads a number that is not negative, or `auto`.
    public static func read(_ text: String) throws(ValueProblem) -> AutomaticCount {
        if text == "auto" { return .automatic }
        guard let count = Int(text), count >= 0 else {
            throw ValueProblem("expected a whole number that is not negative, or auto")
        }
        return .exactly(count)
    }
}

/// The status codes of an HTTP answer that count as success.
public struct StatusRange: OptionValue, Equatable {
    /// The codes; nil when any answer will do.
    public let codes: ClosedRange<Int>?

    /// Wraps a range of codes.
    public init(_ codes: ClosedRange<Int>?) {
        self.codes = codes
    }

    /// Whether an answer with this code is a success.
    public func contains(_ code: Int) -> Bool { codes?.contains(code) ?? true }

    /// `STATUS`.
    public static var placeholder: String { "STATUS" }

    /// `200-299`, `200`, or `0` for any.
    public var text: String {
        guard let codes else { return "0" }
        return codes.count == 1 ? "\(codes.lowerBound)" : "\(codes.lowerBound)-\(codes.upperBound)"
    }

    /// Reads a code, two codes joined by a hyphen, or `0` for any.
    public static func read(_ text: String) throws(ValueProblem) -> StatusRange {
        if text == "0" { return StatusRange(nil) }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard (1...2).contains(ends.count), let low = ends.first, let high = ends.last,
            100...599 ~= low, 100...599 ~= high
        else { throw ValueProblem("expected status codes, such as 200, 200-299, or 0 for any") }
        guard low <= high else { throw ValueProblem("the first status code must not be above the second") }
        return StatusRange(low...high)
    }
}
