internal import Glibc

/// A text that must never be seen, such as a password or a key.
///
/// It prints as `***`, whatever prints it.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself, for the one place that hands it to a server.
    public let exposed: String

    /// Wraps a text so that it cannot be printed by accident.
    public init(_ text: String) {
        exposed = text
    }

    /// Three stars.
    public var description: String { "***" }
    /// Three stars.
    public var debugDescription: String { "***" }
    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret {
    /// Reads a secret from a file; one line end at its end does not belong to it.
    public static func read(_ path: String) throws(SystemError) -> Secret {
        var bytes = try Files.read(path, limit: 1024 * 1024)
        if bytes.last == UInt8(ascii: "\n") {
            bytes.removeLast()
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SystemError(code: EILSEQ, operation: "read \(path)")
        }
        return Secret(text)
    }
}
