internal import Glibc

/// Conversions between encodings of text, by the system's iconv.
public enum TextEncoding {
    /// Converts bytes from one encoding to another, both named as `iconv(1)` names them.
    ///
    /// - Throws: `EINVAL` when the system does not know an encoding or the bytes end within a character, `EILSEQ`
    ///   when the bytes are malformed or the target lacks one of their characters.
    public static func convert(
        _ bytes: Span<UInt8>, from source: String, to target: String
    ) throws(SystemError) -> [UInt8] {
        let operation = "convert text from \(source) to \(target)"
        let converter = unsafe iconv_open(target, source)
        // iconv_open(3) fails with (iconv_t)-1.
        guard let converter = unsafe converter, Int(bitPattern: converter) != -1 else {
            throw SystemError.last(operation)
        }
        defer { unsafe iconv_close(converter) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var piece = [UInt8](repeating: 0, count: 65536)
        var inputLeft = bytes.count
        while true {
            var outputLeft = piece.count
            let status = unsafe bytes.withUnsafeBytes { input in
                unsafe piece.withUnsafeMutableBytes { output in
                    // iconv reads through this pointer and does not write, whatever its type says.
                    var from = unsafe UnsafeMutableRawPointer(mutating: input.baseAddress)?
                        .advanced(by: input.count - inputLeft).assumingMemoryBound(to: CChar.self)
                    var to = unsafe output.baseAddress?.assumingMemoryBound(to: CChar.self)
                    return unsafe iconv(converter, &from, &inputLeft, &to, &outputLeft)
                }
            }
            let failure = errno
            result += piece[..<(piece.count - outputLeft)]
            if status != -1 { return result }
            guard failure == E2BIG else { throw SystemError(code: failure, operation: operation) }
        }
    }
}
