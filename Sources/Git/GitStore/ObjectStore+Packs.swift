public import GitFiles
internal import GitObjects
internal import Glibc
internal import Posix

/// How a store lies on the disk.
public struct StoreStatistics: Sendable, Equatable {
    /// The number of packs.
    public let packs: Int
    /// The number of objects in all packs; one that is in two of them counts twice.
    public let packedObjects: Int
    /// The bytes of all packs and their indexes.
    public let packedBytes: UInt64
    /// The number of loose objects.
    public let looseObjects: Int
}

extension ObjectStore {
    /// Counts what is on the disk, from the sizes of files alone.
    ///
    /// Beside the number of objects that were reachable at the last compaction, the number of packed ones tells how
    /// much of the store is not needed any more.
    public func statistics() throws(GitError) -> StoreStatistics {
        let directory = path + "/objects/pack"
        var (packs, objects, bytes) = (0, 0, UInt64(0))
        for name in try RepositoryFiles.names(in: directory) where name.hasSuffix(".pack") || name.hasSuffix(".idx") {
            let size = try RepositoryFiles.size(of: "\(directory)/\(name)")
            bytes = bytes.addingSaturated(size)
            guard name.hasSuffix(".idx") else { continue }
            packs += 1
            // Version 2: a header of 8 bytes, 256 counts of 4, then 28 for each object, and two hashes.
            objects += max(0, Int(clamping: size) - 1072) / 28
        }
        return StoreStatistics(
            packs: packs, packedObjects: objects, packedBytes: bytes, looseObjects: try looseObjects().count)
    }

    /// The packs that nobody marked as to be kept.
    func removablePacks() throws(GitError) -> [String] {
        let names = Set(try RepositoryFiles.names(in: path + "/objects/pack"))
        let packs = names.filter { $0.hasPrefix("pack-") && $0.hasSuffix(".idx") }.map { String($0.dropLast(4)) }
        return packs.filter { !names.contains("\($0).keep") }.sorted()
    }

    /// Removes a pack, its index first: without it nobody looks for the rest.
    func removePack(_ name: String) throws(GitError) {
        for suffix in ["idx", "rev", "bitmap", "mtimes", "promisor", "pack"] {
            try RepositoryFiles.remove("\(path)/objects/pack/\(name).\(suffix)")
        }
    }

    /// Removes what git programs derive from several packs; it would name packs and commits that are gone.
    func removeIndexesOverPacks() throws(GitError) {
        let objects = path + "/objects"
        for name in try RepositoryFiles.names(in: objects + "/pack") where name.hasPrefix("multi-pack-index") {
            try RepositoryFiles.remove("\(objects)/pack/\(name)")
        }
        try RepositoryFiles.remove(objects + "/info/commit-graph")
        for name in try RepositoryFiles.names(in: objects + "/info/commit-graphs") {
            try RepositoryFiles.remove("\(objects)/info/commit-graphs/\(name)")
        }
    }

    /// The paths of all loose objects.
    func looseObjects() throws(GitError) -> [String] {
        var files: [String] = []
        for directory in try RepositoryFiles.names(in: path + "/objects")
        where directory.utf8.count == 2 && RepositoryFiles.isDirectoryItself("\(path)/objects/\(directory)") {
            for name in try RepositoryFiles.names(in: "\(path)/objects/\(directory)")
            where ObjectID(directory + name) != nil {
                files.append("\(path)/objects/\(directory)/\(name)")
            }
        }
        return files
    }
}
