internal import CLibgit2
internal import GitFiles
internal import GitObjects

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
