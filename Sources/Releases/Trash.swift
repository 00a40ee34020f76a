internal import Posix

/// Where things wait for their removal. To put one there is a single rename, however big it is.
struct Trash: Sendable {
    let path: String

    /// Moves whatever is at a path here; nothing there is no failure.
    ///
    /// - Returns: whether there was anything.
    @discardableResult
    func take(_ path: String) throws(SystemError) -> Bool {
        do throws(SystemError) {
            try Files.rename(path, toNew: self.path + "/" + TemporaryName.make())
            return true
        } catch where error.isNotFound {
            // Either of the two directories may be missing.
            guard try Files.statusIfPresent(path) != nil else { return false }
            try Files.makeDirectories(self.path)
            try Files.rename(path, toNew: self.path + "/" + TemporaryName.make())
            return true
        }
    }
}

extension ReleaseLayout {
    /// What waits for its removal.
    var trash: Trash { Trash(path: staging + "/trash") }
}
