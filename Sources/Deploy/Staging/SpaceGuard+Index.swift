internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Posix
internal import Releases

extension SpaceGuard {
    /// Throws when the files of an index are too many bytes, or do not fit on the volume.
    ///
    /// The sizes of files that have yet to be written are those of their objects, read from the objects' headers.
    ///
    /// - Parameters:
    ///   - index: the files.
    ///   - besides: the bytes of what belongs to the same release and was counted before.
    ///   - sharing: whether what is filled in takes no room.
    ///   - objects: the store that has what is yet to be written.
    ///   - commit: whose files they are.
    /// - Returns: the bytes of the release, with those counted before.
    /// - Throws: `refused` with the figures.
    func check(
        _ index: ReleaseIndex, besides: UInt64, sharing: Bool, _ objects: ObjectStore, of commit: ObjectID
    ) throws(ReleaseError) -> UInt64 {
        let operation = "stage \(commit)"
        // Objects say themselves how large they are; together they may claim more than any number holds.
        var (written, shared, files): (UInt64, UInt64, Int) = (0, 0, 0)
        for entry in 0..<index.count where !index.isSkipped(entry) {
            if index.mode(entry) == FileMode.submodule.octal { continue }
            if index.isFilled(entry), sharing {
                shared = shared.addingSaturated(UInt64(clamping: index.size(entry)))
            } else {
                files += 1
                written = written.addingSaturated(
                    try store { () throws(GitError) in try objects.size(of: index.id(entry)) })
            }
        }
        let release = besides.addingSaturated(written).addingSaturated(shared)
        try check(release: release, operation)
        try check(writing: written, files: files, operation)
        return release
    }
}
