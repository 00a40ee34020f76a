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
        guard unsafe Int(bitPattern: converter) != -1, let converter = unsafe converter else {
            throw SystemError.last(operation)
        }
        defer { unsafe iconv_close(converter) }
        var result: [UInt8] = []
        // Most targets need no more than this; the loop makes room for those that do.
        result.reserveCapacity(2 * bytes.count + 16)
        var done = 0
        while true {
            var failure: Int32 = 0
            let free = max(result.capacity - result.count, 64)
            let start = result.count
            let step = unsafe bytes.withUnsafeBufferPointer { input in
                var consumed = 0
                let piece = unsafe [UInt8](unsafeUninitializedCapacity: free) { output, count in
                    var inputLeft = unsafe input.count - done
                    var outputLeft = free
                    // iconv reads through this pointer and does not write, whatever its type says.
                    var from = unsafe UnsafeMutableRawPointer(mutating: input.baseAddress.map { unsafe $0 + done })?
                        .assumingMemoryBound(to: CChar.self)
                    var to = unsafe UnsafeMutableRawPointer(output.baseAddress)?
                        .assumingMemoryBound(to: CChar.self)
                    if unsafe iconv(converter, &from, &inputLeft, &to, &outputLeft) == -1 {
                        failure = errno
                    }
                    consumed = unsafe input.count - done - inputLeft
                    unsafe count = free - outputLeft
                }
                return (consumed, piece)
            }
            done += step.0
            if start == 0 { result = step.1 } else { result += step.1 }
            if failure == 0 { return result }
            guard failure == E2BIG else { throw SystemError(code: failure, operation: operation) }
            result.reserveCapacity(2 * result.count + 64)
        }
    }
}
