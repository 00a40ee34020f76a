internal import CLibgit2
internal import GitFiles
internal import GitObjects

extension ObjectKind {
    /// Reads libgit2's number; nil for what is no object of its own, such as a delta.
    init?(_ raw: git_object_t) {
        switch raw {
        case GIT_OBJECT_COMMIT: self = .commit
        case GIT_OBJECT_TREE: self = .tree
        case GIT_OBJECT_BLOB: self = .blob
        case GIT_OBJECT_TAG: self = .tag
        default: return nil
        }
    }
}

extension PackProgress {
    init(_ raw: git_indexer_progress, bytes: UInt64) {
        self.init()
        // Bounded: numbers of 32 bits.
        totalObjects = Int(raw.total_objects)
        receivedObjects = Int(raw.received_objects)
        indexedObjects = Int(raw.indexed_objects)
        localObjects = Int(raw.local_objects)
        totalDeltas = Int(raw.total_deltas)
        indexedDeltas = Int(raw.indexed_deltas)
        receivedBytes = bytes
    }
}

extension ObjectID {
    /// Copies a name out of libgit2.
    init(_ raw: git_oid) {
        self = unsafe withUnsafeBytes(of: raw.id) { bytes in
            // Bounded: each word is read from as many bytes as it has.
            unsafe ObjectID(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                middle: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                low: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
        }
    }

    /// The name as libgit2 wants it.
    var raw: git_oid {
        var result = git_oid()
        unsafe withUnsafeMutableBytes(of: &result.id) { bytes in
            unsafe bytes.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
            unsafe bytes.storeBytes(of: middle.bigEndian, toByteOffset: 8, as: UInt64.self)
            unsafe bytes.storeBytes(of: low.bigEndian, toByteOffset: 16, as: UInt32.self)
        }
        return result
    }
}
