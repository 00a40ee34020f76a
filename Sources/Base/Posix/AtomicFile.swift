internal import Glibc

/// Writes files that a reader sees either as they were or as they are, whole.
public enum AtomicFile {
    /// Replaces the file at `path` by one with these bytes and exactly this mode, or nil for what the umask leaves.
    ///
    /// With `synchronized`, the bytes and the new name are on the disk when this returns; without, they survive a crash
    /// of the process but not of the machine. On failure the file is as it was and nothing is left beside it.
    public static func write(
        _ bytes: Span<UInt8>, to path: String, mode: UInt32? = 0o644, synchronized: Bool = false
    ) throws(SystemError) {
        let (temporary, directory) = TemporaryName.sibling(of: path)
        let file = try FileDescriptor.open(
            temporary, .write, [.create, .exclusive, .noFollow], mode: mode == nil ? 0o666 : 0o600)
        do {
            try fill(file, bytes, mode, synchronized)
            try Files.rename(temporary, to: path)
        } catch {
            // The failure to report is the first one.
            try? Files.remove(temporary)
            throw SystemError(code: error.code, operation: "write \(path)")
        }
        if synchronized { try Files.synchronizeDirectory(directory) }
    }

    /// Replaces the file at `path` by one with these bytes and exactly this mode.
    public static func write(
        _ bytes: [UInt8], to path: String, mode: UInt32? = 0o644, synchronized: Bool = false
    ) throws(SystemError) {
        try write(bytes.span, to: path, mode: mode, synchronized: synchronized)
    }

    static func fill(
        _ file: consuming FileDescriptor, _ bytes: Span<UInt8>, _ mode: UInt32?, _ synchronized: Bool
    ) throws(SystemError) {
        try file.writeAll(bytes)
        if let mode { try file.setPermissions(mode) }
        if synchronized { try file.synchronize() }
        try file.close()
    }
}
