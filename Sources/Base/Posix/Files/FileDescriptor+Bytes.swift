internal import CShims
internal import Glibc

extension FileDescriptor {
    /// Reads at most as many bytes as the array has, into its beginning; zero means the end of the file.
    public borrowing func read(into bytes: inout [UInt8]) throws(SystemError) -> Int {
        let number = self.number
        return try systemCall("read a file") {
            unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
        }
    }

    /// Reads at most `bytes.count` bytes into the span; zero means the end of the file.
    public borrowing func read(into bytes: inout MutableSpan<UInt8>) throws(SystemError) -> Int {
        let number = self.number
        while true {
            let result = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
            if result >= 0 { return result }
            if errno != EINTR { throw SystemError.last("read a file") }
        }
    }

    /// Reads from an offset, which leaves the file's own position alone; zero means the end of the file.
    public borrowing func read(into bytes: inout [UInt8], at offset: UInt64) throws(SystemError) -> Int {
        let number = self.number
        return try systemCall("read a file") {
            unsafe bytes.withUnsafeMutableBytes {
                unsafe pread(number, $0.baseAddress, $0.count, off_t(clamping: offset))
            }
        }
    }

    /// Reads to the end of the file; fails with `EFBIG` when that is more than `limit` bytes.
    public borrowing func readAll(limit: Int) throws(SystemError) -> [UInt8] {
        // The size is only a guess (files in /proc say zero): the end is where read(2) says it is. One byte more than
        // the size is asked for, so that a file of the announced size ends after one read and one that finds nothing.
        let expected = min(Int(clamping: try status().size), limit)
        var bytes = [UInt8](repeating: 0, count: max(expected, 511) + 1)
        var count = 0
        while true {
            if count == bytes.count { bytes.append(contentsOf: repeatElement(0, count: bytes.count)) }
            let number = self.number
            let got = try systemCall("read a file") {
                unsafe bytes.withUnsafeMutableBytes { space in
                    let free = unsafe UnsafeMutableRawBufferPointer(rebasing: space[count...])
                    return unsafe Glibc.read(number, free.baseAddress, free.count)
                }
            }
            if got == 0 { break }
            count += got
            if count > limit { throw SystemError(code: EFBIG, operation: "read more than \(limit) bytes of a file") }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Writes all bytes, in as many calls as it takes.
    public borrowing func writeAll(_ bytes: Span<UInt8>) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let result = unsafe bytes.extracting(written...).withUnsafeBytes {
                unsafe Glibc.write(number, $0.baseAddress, $0.count)
            }
            if result >= 0 {
                written += result
            } else if errno != EINTR {
                throw SystemError.last("write a file")
            }
        }
    }

    /// Writes all bytes of the array.
    public borrowing func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        try writeAll(bytes.span)
    }

    /// Waits until the file's bytes are on the disk.
    public borrowing func synchronize() throws(SystemError) {
        let number = self.number
        try systemCall("bring a file to the disk") { fsync(number) }
    }

    /// Waits until everything that was written to the file system of the open file is on the disk.
    public borrowing func synchronizeVolume() throws(SystemError) {
        let number = self.number
        try systemCall("bring a file system to the disk") { shim_sync_volume(number) }
    }

    /// Sets the permissions of the open file.
    public borrowing func setPermissions(_ mode: UInt32) throws(SystemError) {
        let number = self.number
        try systemCall("set the permissions of a file") { fchmod(number, mode) }
    }

    /// Cuts or extends the open file.
    public borrowing func resize(to size: UInt64) throws(SystemError) {
        let number = self.number
        try systemCall("resize a file") { ftruncate(number, off_t(clamping: size)) }
    }
}
