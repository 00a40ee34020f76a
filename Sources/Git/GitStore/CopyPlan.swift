internal import GitFiles
internal import GitObjects
internal import Posix

/// Finds the objects that another repository has, the wants need and the store lacks.
///
/// What is in the store is complete, because a pack becomes visible as a whole: a commit or a tree that is there has
/// all that belongs to it, down to the shallow boundary. So the search stops where it meets one. It does not when
/// `looksEverywhere` is set, which is for a store that was filled with another filter.
struct CopyPlan {
    let source: ObjectStore
    /// Where the objects are to go; nil to find all of them.
    let store: ObjectStore?
    let filter: ObjectFilter
    let looksEverywhere: Bool
    let deadline: Deadline
    /// Whether the source may lack trees and blobs, because it was filled with a filter itself.
    let sourceIsPartial: Bool

    /// What must be sent, in the order in which a reader of history wants it.
    private(set) var commits: [ObjectID] = []
    private(set) var trees: [ObjectID] = []
    private(set) var blobs: [ObjectID] = []
    /// The commits at which the copied history ends.
    private(set) var boundary: Set<ObjectID> = []
    /// All commits of the copied history that have their parents with them.
    private(set) var whole: Set<ObjectID> = []

    /// Whether something that belongs to the wants is not in the source, because a filter left it out.
    private(set) var lacksObjects = false

    private var seen: Set<ObjectID> = []
    private let storeIsEmpty: Bool
    private var steps = 0

    init(
        source: ObjectStore, store: ObjectStore?, filter: ObjectFilter = .none, looksEverywhere: Bool = false,
        sourceIsPartial: Bool = false, deadline: Deadline
    ) throws(GitError) {
        self.source = source
        self.store = store
        self.filter = filter
        self.looksEverywhere = looksEverywhere
        self.deadline = deadline
        // Asking an empty store for 100,000 objects would be 100,000 system calls for loose files that are not there.
        storeIsEmpty = try store?.hasNoObjects() ?? true
        self.sourceIsPartial = sourceIsPartial
    }

    /// The number of objects to send.
    var count: Int { commits.count + trees.count + blobs.count }

    /// What must be sent, by kind.
    var lists: [[ObjectID]] { [commits, trees, blobs] }

    /// Adds what the wants need; `depth` counts commits, and zero means all of them.
    mutating func add(
        wants: [ObjectID], depth: Int, sourceShallow: Set<ObjectID>, storeShallow: Set<ObjectID>
    ) throws(GitError) {
        var heads: [ObjectID] = []
        for want in wants {
            if let head = try addWant(want) { heads.append(head) }
        }
        // Where the store's own history is cut, commits beyond what it has must be found.
        let stopsAtKnown = depth == 0 && storeShallow.isEmpty && !looksEverywhere
        var level = heads
        var reached = 0
        var visited: Set<ObjectID> = []
        while !level.isEmpty {
            reached += 1
            var next: [ObjectID] = []
            for id in level where visited.insert(id).inserted {
                try checkDeadline()
                let known = storeHas(id)
                if known, stopsAtKnown { continue }
                let links = try source.links(of: id)
                if reached == depth || sourceShallow.contains(id) {
                    boundary.insert(id)
                } else {
                    whole.insert(id)
                    next += links.parents
                }
                if !known { commits.append(id) }
                if !known || looksEverywhere, filter != .withoutTrees { try addTree(links.tree) }
            }
            level = next
        }
    }

    /// Adds a wanted object; gives the commit when it is one or a tag of one.
    private mutating func addWant(_ want: ObjectID) throws(GitError) -> ObjectID? {
        var current = want
        while true {
            switch try source.kind(of: current) {
            case .commit: return current
            case .tag:
                if seen.insert(current).inserted, !storeHas(current) { commits.append(current) }
                current = try source.withObject(current) { (_, bytes) throws(GitError) in
                    try target(ofTag: current, bytes)
                }
            case .tree:
                try addTree(current)
                return nil
            case .blob:
                if seen.insert(current).inserted, !storeHas(current) { blobs.append(current) }
                return nil
            }
        }
    }

    private mutating func addTree(_ root: ObjectID) throws(GitError) {
        var open = [root]
        while let id = open.popLast() {
            guard seen.insert(id).inserted else { continue }
            let known = storeHas(id)
            if isLeftOut(id) || (known && !looksEverywhere) { continue }
            if !known { trees.append(id) }
            try checkDeadline()
            let tree = try source.read(id)
            guard tree.kind == .tree else { throw .malformed("read tree \(id)", "it is a \(tree.kind.name)") }
            let first = open.count
            try tree.withBytes { (bytes) throws(GitError) in
                var cursor = TreeCursor()
                while try cursor.next(in: bytes) { addEntry(cursor, &open) }
            }
            // In the order of names, as git packs them: what is read next then lies near what was read last.
            open[first...].reverse()
        }
    }

    private mutating func addEntry(_ entry: TreeCursor, _ open: inout [ObjectID]) {
        switch entry.mode {
        case .tree: open.append(entry.id)
        case .submodule: break
        case .file, .executable, .symlink:
            guard filter == .none, seen.insert(entry.id).inserted, !storeHas(entry.id), !isLeftOut(entry.id) else {
                return
            }
            blobs.append(entry.id)
        }
    }

    private func storeHas(_ id: ObjectID) -> Bool { !storeIsEmpty && store?.containsKnown(id) == true }

    private mutating func isLeftOut(_ id: ObjectID) -> Bool {
        guard sourceIsPartial, !source.containsKnown(id) else { return false }
        lacksObjects = true
        return true
    }

    private mutating func checkDeadline() throws(GitError) {
        steps += 1
        guard steps & 255 == 0 else { return }
        try onDisk { () throws(SystemError) in try deadline.check("find the objects to copy") }
    }
}

extension ObjectStore {
    /// Whether there is neither a pack nor a loose object, nor a place to borrow some from.
    func hasNoObjects() throws(GitError) -> Bool {
        let directory = path + "/objects"
        let loose = try RepositoryFiles.names(in: directory).contains { $0 != "pack" && $0 != "info" }
        let packed = try RepositoryFiles.names(in: directory + "/pack").contains { $0.hasSuffix(".idx") }
        return !loose && !packed && !RepositoryFiles.exists(directory + "/info/alternates")
    }

    /// A commit's tree and parents, without the rest.
    func links(of id: ObjectID) throws(GitError) -> (tree: ObjectID, parents: [ObjectID]) {
        try withBytes(of: id, as: .commit) { (bytes) throws(GitError) in
            var header = HeaderCursor()
            guard header.advance(in: bytes), header.has("tree", in: bytes), let tree = header.name(in: bytes) else {
                throw .malformed("read commit \(id)", "it names no tree")
            }
            var parents: [ObjectID] = []
            while header.advance(in: bytes), header.has("parent", in: bytes) {
                guard let parent = header.name(in: bytes) else {
                    throw .malformed("read commit \(id)", "it names a parent that is no object name")
                }
                parents.append(parent)
            }
            return (tree, parents)
        }
    }
}
