/// One header field of a request or an answer.
public struct HTTPHeader: Sendable, Equatable, CustomStringConvertible {
    /// The field's name, as it was written.
    public let name: String
    /// The field's value, without white space around it.
    public let value: String

    /// A field with this name and value.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Reads `Name: value`, as users write it; nil where there is no colon or no name.
    public init?(line: String) {
        let bytes = Array(line.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return nil }
        name = String(decoding: bytes[..<colon], as: UTF8.self)
        value = String(decoding: trimmed(bytes[(colon + 1)...]), as: UTF8.self)
    }

    /// The name alone, since the value may be a secret.
    public var description: String { "\(name): ***" }
}

extension [HTTPHeader] {
    /// The value of the first field with this name, in any case.
    public func value(_ name: String) -> String? {
        first { equalIgnoringCase($0.name, name) }?.value
    }

    /// The values of all fields with this name, in any case.
    public func values(_ name: String) -> [String] {
        filter { equalIgnoringCase($0.name, name) }.map(\.value)
    }
}

/// Compares two texts, taking the letters A to Z as a to z.
func equalIgnoringCase(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && zip(left.utf8, right.utf8).allSatisfy { lower($0) == lower($1) }
}

private func lower(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}

/// The bytes without the spaces, tabs and line ends around them.
func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isWhite(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }
    guard let first = bytes.firstIndex(where: { !isWhite($0) }) else { return [] }
    let last = bytes.lastIndex { !isWhite($0) } ?? first
    return bytes[first...last]
}

/// Puts the header of an answer together from the lines that libcurl hands over.
struct HeadAssembler {
    /// What an answer's header may hold, at most.
    static let longest = 65536
    /// How many fields an answer's header may have, at most.
    static let mostFields = 256

    private var status = 0
    private var version = ""
    private var headers: [HTTPHeader] = []
    private var bytes = 0
    private var isComplete = false

    /// What taking one line led to.
    enum Step {
        case more
        case complete(status: Int, version: String, headers: [HTTPHeader])
        case tooLarge
    }

    /// Takes one line with its line end.
    ///
    /// Interim answers (1xx) are passed over, and so are fields after the body.
    mutating func take(_ line: Span<UInt8>) -> Step {
        bytes += line.count
        guard bytes <= HeadAssembler.longest else { return .tooLarge }
        let line = unsafe line.withUnsafeBufferPointer { unsafe Array($0) }
        if line.starts(with: "HTTP/".utf8) {
            begin(line)
            return .more
        }
        if isComplete { return .more }
        let content = trimmed(line[...])
        guard content.isEmpty else {
            guard headers.count < HeadAssembler.mostFields else { return .tooLarge }
            if let header = HTTPHeader(line: String(decoding: content, as: UTF8.self)) { headers.append(header) }
            return .more
        }
        guard status >= 200 else { return .more }
        isComplete = true
        return .complete(status: status, version: version, headers: headers)
    }

    private mutating func begin(_ line: [UInt8]) {
        let words = trimmed(line[5...]).split(separator: UInt8(ascii: " "))
        version = words.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        status = words.dropFirst().first.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
        headers = []
        isComplete = false
    }
}
