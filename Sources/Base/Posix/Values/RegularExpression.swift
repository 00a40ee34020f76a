internal import Glibc

/// An extended regular expression, as `grep -E` takes it, by the C library.
@safe public final class RegularExpression: Sendable {
    /// The expression as it was written.
    public let text: String
    // Never written after regcomp(3), and regexec(3) takes its own locks.
    private nonisolated(unsafe) let compiled: UnsafeMutablePointer<regex_t>

    /// An expression that cannot be understood, in the C library's words.
    public struct Malformed: Error, Equatable, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    /// Compiles an expression.
    public init(_ text: String) throws(Malformed) {
        self.text = text
        let compiled = UnsafeMutablePointer<regex_t>.allocate(capacity: 1)
        unsafe compiled.initialize(to: regex_t())
        let code = unsafe regcomp(compiled, text, REG_EXTENDED | REG_NOSUB)
        if code != 0 {
            var words = [CChar](repeating: 0, count: 256)
            let length = unsafe words.withUnsafeMutableBufferPointer { buffer in
                unsafe regerror(code, compiled, buffer.baseAddress, buffer.count)
            }
            unsafe compiled.deallocate()
            let bytes = words.prefix(max(0, min(length, words.count) - 1)).map { UInt8(bitPattern: $0) }
            let message = String(decoding: bytes, as: UTF8.self)
            throw Malformed(description: message.prefix(1).lowercased() + message.dropFirst())
        }
        unsafe self.compiled = compiled
    }

    deinit {
        unsafe regfree(compiled)
        unsafe compiled.deallocate()
    }

    /// Whether it matches anywhere in the text; what follows a zero byte is not looked at.
    public func matches(_ text: String) -> Bool {
        unsafe regexec(compiled, text, 0, nil, 0) == 0
    }
}
