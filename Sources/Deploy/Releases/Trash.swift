package import Layout
package import Posix

// To put something into the trash is a single rename, however big it is.
extension ReleaseLayout {
    /// Moves whatever is at a place to the trash; nothing there is no failure.
    ///
    /// - Returns: whether there was anything.
    @discardableResult
    package func discard(_ place: Place) throws(SystemError) -> Bool {
        do throws(SystemError) {
            try place.rename(toNew: trash.unused())
            return true
        } catch  where error.isMissing || error.isWrongKind {
            // Either of the two directories may be missing, or the trash may be something else.
            guard try place.statusIfPresent() != nil else { return false }
            try trash.makeDirectories()
            try place.rename(toNew: trash.unused())
            return true
        }
    }

    /// Moves the entries of a directory to the trash that are to go; returns how many that were.
    package func discardEntries(
        of place: Place, where isWanted: (DirectoryEntry) -> Bool
    ) throws(SystemError) -> Int {
        let entries = try place.entriesIfPresent().filter(isWanted)
        if entries.isEmpty { return 0 }
        let source = try place.openDirectory()
        let target = try trash.makeDirectories()
        var count = 0
        for entry in entries {
            do throws(SystemError) {
                try source.rename(entry: entry.name, to: target, asNew: TemporaryName.make())
                count += 1
            } catch  where error.isNotFound {
                // Somebody else has removed it.
            }
        }
        return count
    }

    /// Moves everything from the staging directory to the trash, save the trash; returns how much that was.
    package func sweepStaging() throws(SystemError) -> Int {
        let trash = Array(trash.name.utf8)
        return try discardEntries(of: stagingPlace) { $0.name != trash }
    }
}
