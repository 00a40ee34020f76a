internal import Figures
public import GitObjects
internal import Posix

/// Stops work before it fills the volume.
public struct SpaceGuard: Sendable {
    /// How many bytes must stay free on the volume.
    public let minimumFree: UInt64
    /// How many bytes the files of a release may have together; zero for any number.
    public let maximumRelease: UInt64
    /// A directory of the volume.
    public let path: String

    /// A guard of the volume that a directory lies on.
    public init(path: String, minimumFree: UInt64 = 67_108_864, maximumRelease: UInt64 = 0) {
        self.path = path
        self.minimumFree = minimumFree
        self.maximumRelease = maximumRelease
    }

    /// What a fetch may bring, as the volume is now.
    ///
    /// - Throws: `refused` when there is no room at all.
    public func packLimits() throws(ReleaseError) -> PackLimits {
        let operation = "fetch into \(path)"
        let free = try room(for: 0, operation)
        // The index that is made of a pack takes room as well: with small objects up to a third of the pack.
        // Bounded: a quarter is less than the whole.
        return PackLimits(maximumBytes: free - free / 4)
    }

    /// Throws unless the minimum is free; for calls while work goes on.
    public func check(_ operation: @autoclosure () -> String) throws(ReleaseError) {
        if minimumFree > 0 { _ = try room(for: 0, operation()) }
    }

    /// Throws unless so many more bytes and files can be written and the minimum stays free.
    public func check(
        writing bytes: UInt64, files: Int, _ operation: @autoclosure () -> String
    ) throws(ReleaseError) {
        _ = try room(for: bytes, files: files, operation())
    }

    /// Throws when the files of a release have more bytes together than they may.
    public func check(release bytes: UInt64, _ operation: @autoclosure () -> String) throws(ReleaseError) {
        guard maximumRelease > 0, bytes > maximumRelease else { return }
        throw .refused(
            operation: operation(),
            reason: "its files have \(bytesText(bytes)), --max-release-size allows \(bytesText(maximumRelease))")
    }

    /// How many bytes may be written beyond `bytes`.
    private func room(for bytes: UInt64, files: Int = 0, _ operation: String) throws(ReleaseError) -> UInt64 {
        let volume = try system { () throws(SystemError) in try Volume(of: path) }
        // Bounded: the guard sees to it that no more is needed than is free.
        let (needed, overflows) = bytes.addingReportingOverflow(minimumFree)
        if overflows || volume.freeBytes < needed {
            let need = bytes > 0 ? "this needs \(bytesText(bytes)) and " : ""
            throw .refused(
                operation: operation,
                reason: "the volume of \(path) has \(bytesText(volume.freeBytes)) free; \(need)"
                    + "\(bytesText(minimumFree)) must stay free (--min-free-space)")
        }
        if volume.totalFiles > 0, volume.freeFiles < UInt64(clamping: files) {
            throw .refused(
                operation: operation,
                reason: "the volume of \(path) has room for \(volume.freeFiles) more files; \(files) are needed")
        }
        return volume.freeBytes - needed
    }
}
