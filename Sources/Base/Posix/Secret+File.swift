internal import Glibc

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
