package import Posix

/// Where things wait for their removal.
///
/// To put one there is a single rename, however big it is.
package struct Trash: Sendable {
    package let path: String

    /// Moves whatever is at a path here; nothing there is no failure.
    ///
    /// - Returns: whether there was anything.
    @discardableResult
    package func take(_ path: String) throws(SystemError) -> Bool {
        do throws(SystemError) {
            try Files.rename(path, toNew: self.path + "/" + TemporaryName.make())
            return true
        } catch  where error.isNotFound {
            // Either of the two directories may be missing.
            guard try Files.statusIfPresent(path) != nil else { return false }
            try Files.makeDirectories(self.path)
            try Files.rename(path, toNew: self.path + "/" + TemporaryName.make())
            return true
        }
    }

    /// Moves everything in a directory here, save what is here already; returns how much that was.
    package func takeAll(in directory: String) throws(SystemError) -> Int {
        guard try Files.statusIfPresent(directory)?.kind == .directory else { return 0 }
        var count = 0
        for entry in try FileDescriptor.openDirectory(directory).entries() {
            let entryPath = directory + "/" + String(decoding: entry.name, as: UTF8.self)
            if entryPath != path, try take(entryPath) { count += 1 }
        }
        return count
    }
}

extension ReleaseLayout {
    /// What waits for its removal.
    package var trash: Trash { Trash(path: staging + "/trash") }
}
