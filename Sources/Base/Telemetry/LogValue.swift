internal import Posix

/// A value in a log line.
public enum LogValue: Sendable, Equatable {
    /// A text.
    case text(String)
    /// Bytes that should be text, such as a file's name; those that are not UTF-8 are shown as `�`.
    case bytes([UInt8])
    /// A whole number.
    case integer(Int64)
    /// A number with a fraction.
    case number(Double)
    /// True or false.
    case flag(Bool)
    /// Several values.
    case list([LogValue])

    /// Anything that describes itself.
    public static func describing(_ value: some CustomStringConvertible) -> LogValue { .text(value.description) }

    /// A whole number of any type.
    public static func count(_ value: some BinaryInteger) -> LogValue { .integer(Int64(clamping: value)) }

    /// A duration, in seconds, to the microsecond.
    public static func seconds(_ duration: Duration) -> LogValue {
        .number((duration.inSeconds * 1_000_000).rounded() / 1_000_000)
    }
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    /// A text.
    public init(stringLiteral text: String) { self = .text(text) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A number with a fraction.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// True or false.
    public init(booleanLiteral value: Bool) { self = .flag(value) }
}

/// A name with its value in a log line.
public struct LogField: Sendable, Equatable {
    /// The name, in lower case with underscores.
    public let name: String
    /// The value.
    public let value: LogValue

    /// Pairs a name with a value.
    public init(_ name: String, _ value: LogValue) {
        self.name = name
        self.value = value
    }
}

/// The fields of a log line in the order of writing: `["hash": "\(commit)", "files": .count(files)]`.
public struct LogFields: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// The fields, in order.
    public var list: [LogField]

    /// Takes fields in order.
    public init(_ list: [LogField] = []) {
        self.list = list
    }

    /// Takes the fields of a literal in order.
    public init(dictionaryLiteral fields: (String, LogValue)...) {
        list = fields.map { LogField($0.0, $0.1) }
    }

    /// The value of a field; setting nil removes it.
    public subscript(name: String) -> LogValue? {
        get { list.last { $0.name == name }?.value }
        set {
            list.removeAll { $0.name == name }
            if let newValue { list.append(LogField(name, newValue)) }
        }
    }
}
