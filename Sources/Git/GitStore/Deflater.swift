internal import CZlib
internal import GitFiles
internal import GitObjects

/// Compresses bytes with zlib into a buffer that is emptied whenever it is full.
@safe final class Deflater {
    // zlib's state points back at this structure: it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private var filled = 0

    /// The most bytes that can be appended at once.
    static let capacity = 64 << 10

    init(level: Int32) throws(GitError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        unsafe buffer = .allocate(capacity: Deflater.capacity)
        let status = unsafe deflateInit_(stream, level, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw Deflater.failed(status) }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
        unsafe buffer.deallocate()
    }

    /// Appends bytes as they are.
    func append(
        _ bytes: Span<UInt8>, emptying empty: (Span<UInt8>) throws(GitError) -> Void
    ) throws(GitError) {
        if filled + bytes.count > count { try flush(empty) }
        let free = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
        unsafe bytes.withUnsafeBytes { unsafe free.copyMemory(from: $0) }
        filled += bytes.count
    }

    /// Appends one zlib stream that holds all the bytes.
    func compress(
        _ bytes: Span<UInt8>, emptying empty: (Span<UInt8>) throws(GitError) -> Void
    ) throws(GitError) {
        unsafe deflateReset(stream)
        // zlib counts in 32 bits: larger objects go in slices.
        let slice = 1 << 30
        var start = 0
        repeat {
            let end = min(start + slice, bytes.count)
            var rest = start
            while true {
                let status = step(bytes.extracting(rest..<end), isLast: end == bytes.count, &rest)
                // With room left in the buffer, all input is taken, and written if it was the last.
                if status == Z_STREAM_END || (status == Z_OK && filled < count) { break }
                guard status == Z_OK || status == Z_BUF_ERROR else { throw Deflater.failed(status) }
                try flush(empty)
            }
            start = end
        } while start < bytes.count
    }

    /// Hands over what is in the buffer.
    func flush(_ empty: (Span<UInt8>) throws(GitError) -> Void) throws(GitError) {
        guard filled > 0 else { return }
        let content = unsafe UnsafeBufferPointer(start: buffer.baseAddress, count: filled)
        try empty(unsafe content.span)
        filled = 0
    }

    private var count: Int { unsafe buffer.count }

    private func step(_ bytes: Span<UInt8>, isLast: Bool, _ position: inout Int) -> Int32 {
        unsafe bytes.withUnsafeBufferPointer { input in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            unsafe stream.pointee.avail_in = UInt32(input.count)
            unsafe stream.pointee.next_out = buffer.baseAddress.map { unsafe $0 + filled }
            unsafe stream.pointee.avail_out = UInt32(count - filled)
            let status = unsafe deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
            filled = unsafe count - Int(stream.pointee.avail_out)
            position += unsafe input.count - Int(stream.pointee.avail_in)
            return status
        }
    }

    private static func failed(_ status: Int32) -> GitError {
        GitError(
            code: .unspecified, category: .compression, operation: "compress an object", message: "zlib error \(status)"
        )
    }
}
