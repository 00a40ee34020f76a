internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Posix
internal import Releases

/// Finds the subtrees of a tree by name; the names must be asked for in the tree's own order.
struct Subtrees {
    private var cursor = TreeCursor()
    private var state = State.before

    private enum State {
        case before, atEntry, ended
    }

    mutating func find(_ name: Span<UInt8>, in tree: Span<UInt8>) throws(ReleaseError) -> ObjectID? {
        if state == .before { try advance(tree) }
        while state == .atEntry {
            let difference =
                cursor.mode == .tree ? orderOfDirectories(tree.extracting(cursor.name), name) : -1
            if difference == 0 { return cursor.id }
            if difference > 0 { return nil }
            try advance(tree)
        }
        return nil
    }

    private mutating func advance(_ tree: Span<UInt8>) throws(ReleaseError) {
        let isThere = try store { () throws(GitError) in try cursor.next(in: tree) }
        state = isThere ? .atEntry : .ended
    }

    /// Git sorts directories as if their names ended in a slash.
    private func orderOfDirectories(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
        let shared = min(left.count, right.count)
        let difference = order(left.extracting(first: shared), right.extracting(first: shared))
        if difference != 0 || left.count == right.count { return difference }
        let slash = Int(UInt8(ascii: "/"))
        return left.count > shared ? Int(left[shared]) - slash : slash - Int(right[shared])
    }
}
