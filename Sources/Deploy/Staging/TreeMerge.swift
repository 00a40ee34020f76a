internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Patterns
internal import Posix
internal import Releases

/// Makes the index of a new release from its tree and from the index of the release that it comes from.
///
/// Both are in the same order, so that one pass over them suffices. A subtree that is the same in both commits is
/// neither read nor looked at: its entries are copied in one piece. The cost is that of what changed, besides the copy.
struct TreeMerge {
    /// The index that comes out; entries whose file has yet to be written hold no time and no inode.
    private var index: ReleaseIndex
    private let objects: ObjectStore
    private let old: ReleaseIndex
    private let config: ConfigValues
    private let sparse: SparseRules?
    private let deadline: Deadline
    // The path of the directory that is being merged; it ends in a slash, or is empty at the top.
    private var directory: [UInt8] = []

    /// The longest path that git accepts, and that we do.
    static let longestPath = 4095

    /// Goes through the new tree; `old` is nil where there is nothing to come from.
    static func index(
        objects: ObjectStore, old: ReleaseIndex?, origin: IndexOrigin, options: StagingOptions, deadline: Deadline
    ) throws(ReleaseError) -> ReleaseIndex {
        var merge = TreeMerge(objects: objects, old: old, origin: origin, options: options, deadline: deadline)
        try merge.run()
        return merge.index
    }

    private init(
        objects: ObjectStore, old: ReleaseIndex?, origin: IndexOrigin, options: StagingOptions, deadline: Deadline
    ) {
        self.objects = objects
        self.old = old ?? ReleaseIndex(origin: origin)
        config = options.config
        sparse = options.sparsePatterns.map { SparseRules($0.span) }
        self.deadline = deadline
        index = ReleaseIndex(origin: origin)
        index.bytes.reserveCapacity(self.old.bytes.count + self.old.bytes.count / 16)
        index.offsets.reserveCapacity(self.old.count + self.old.count / 16)
    }

    private mutating func run() throws(ReleaseError) {
        let isComparable = old.origin.settings == index.origin.settings && old.count > 0
        let top = Place(
            tree: index.origin.tree, oldTree: isComparable ? old.origin.tree : nil, entries: 0..<old.count,
            rules: AttributeRules(), isWanted: nil)
        try merge(top)
    }

    /// One directory to merge.
    private struct Place {
        /// Its tree in the new commit.
        let tree: ObjectID
        /// Its tree in the old one, where it exists, is known, and was written by the same rules.
        var oldTree: ObjectID?
        /// The entries of the old index that lie in it.
        let entries: Range<Int>
        /// What the attributes files above it say.
        var rules: AttributeRules
        /// Whether sparse rules take all of it or nothing; nil where each file decides.
        var isWanted: Bool?
    }

    private mutating func merge(_ place: Place) throws(ReleaseError) {
        if place.tree == place.oldTree {
            try system { () throws(SystemError) in try index.append(place.entries, of: old) }
            return
        }
        try system { () throws(SystemError) in try deadline.check("stage a release") }
        let new = try readTree(place.tree)
        // Where the old tree is no longer in the store, its files are still known from the index.
        if let oldTree = place.oldTree, objects.containsKnown(oldTree) {
            let former = try readTree(oldTree)
            try new.withBytes { (new) throws(ReleaseError) in
                try former.withBytes { (former) throws(ReleaseError) in try merge(place, new, former: former) }
            }
        } else {
            try new.withBytes { (new) throws(ReleaseError) in try merge(place, new, former: Span()) }
        }
    }

    private mutating func merge(
        _ place: Place, _ tree: Span<UInt8>, former: Span<UInt8>
    ) throws(ReleaseError) {
        var place = place
        if place.isWanted == nil { place.isWanted = isWanted() }
        // Where nothing is taken from, attributes do not matter, and a partial store may lack their file.
        if place.isWanted != false { try applyAttributes(&place, tree, former: former) }
        var next = place.entries.lowerBound
        var cursor = TreeCursor()
        var subtrees = Subtrees()
        while try store({ () throws(GitError) in try cursor.next(in: tree) }) {
            let name = tree.extracting(cursor.name)
            try check(name, cursor.mode)
            if cursor.mode == .tree {
                var oldTree = try subtrees.find(name, in: former)
                if place.oldTree == nil { oldTree = nil }
                let start = directory.count
                for index in name.indices { directory.append(name[index]) }
                directory.append(UInt8(ascii: "/"))
                let range = inside(next..<place.entries.upperBound)
                next = range.upperBound
                try merge(
                    Place(
                        tree: cursor.id, oldTree: oldTree, entries: range, rules: place.rules,
                        isWanted: place.isWanted))
                directory.removeLast(directory.count - start)
            } else {
                while next < place.entries.upperBound, compare(next, with: name) < 0 { next += 1 }
                let candidate = next < place.entries.upperBound && compare(next, with: name) == 0 ? next : nil
                try add(name, cursor.mode, cursor.id, place, candidate)
            }
        }
    }

    /// Adds a file: as it was where nothing about it changed, else as one to be written.
    private mutating func add(
        _ name: Span<UInt8>, _ mode: FileMode, _ id: ObjectID, _ place: Place, _ candidate: Int?
    ) throws(ReleaseError) {
        var path = directory
        for index in name.indices { path.append(name[index]) }
        let isSkipped = !(place.isWanted ?? sparse?.includes(path.span) ?? true)
        var filter = CheckoutFilter.identity
        if !isSkipped, mode == .file || mode == .executable { filter = try self.filter(path, place.rules) }
        if let candidate, old.id(candidate) == id, old.mode(candidate) == mode.octal,
            old.isSkipped(candidate) == isSkipped, old.fingerprint(candidate) == filter.shortFingerprint
        {
            try system { () throws(SystemError) in try index.append(candidate..<candidate + 1, of: old) }
        } else {
            try system { () throws(SystemError) in
                try index.append(path: path, mode: mode, id: id, isSkipped: isSkipped, filter: filter)
            }
        }
    }

    private func filter(_ path: [UInt8], _ rules: AttributeRules) throws(ReleaseError) -> CheckoutFilter {
        do throws(FilterError) {
            return try CheckoutFilter(rules.isEmpty ? .none : rules.attributes(of: path.span), config)
        } catch {
            throw .refused(operation: "write \(String(decoding: path, as: UTF8.self))", reason: "\(error)")
        }
    }

    /// Takes the directory's own attributes file into account.
    ///
    /// Where it is not the same as in the old commit, nothing below may be copied unseen.
    private func applyAttributes(
        _ place: inout Place, _ tree: Span<UInt8>, former: Span<UInt8>
    ) throws(ReleaseError) {
        let file = try attributesFile(tree)
        if place.oldTree != nil, try attributesFile(former) != file { place.oldTree = nil }
        guard let file else { return }
        let directory = directory
        let rules = place.rules
        place.rules = try store { () throws(GitError) in
            try objects.withObject(file) { (_, content) throws(GitError) in
                directory.isEmpty
                    ? AttributeRules(root: content)
                    : rules.entering(directory.span.extracting(first: directory.count - 1), file: content)
            }
        }
    }

    /// The blob of the `.gitattributes` in a tree; like git, without following a symbolic link.
    private func attributesFile(_ tree: Span<UInt8>) throws(ReleaseError) -> ObjectID? {
        var cursor = TreeCursor()
        while try store({ () throws(GitError) in try cursor.next(in: tree) }) {
            let difference = order(tree.extracting(cursor.name), Self.attributesName.span)
            if difference == 0, cursor.mode == .file || cursor.mode == .executable { return cursor.id }
            // Names are in order, save that a directory's stands as if it ended in a slash.
            if difference > 0 { return nil }
        }
        return nil
    }

    private static let attributesName = Array(".gitattributes".utf8)

    /// Whether sparse rules take the whole current directory, or nothing of it.
    private func isWanted() -> Bool? {
        guard let sparse else { return true }
        let path = directory.span.extracting(first: max(0, directory.count - 1))
        if sparse.containsAll(path) { return true }
        return sparse.mayContain(path) ? nil : false
    }

    private func readTree(_ id: ObjectID) throws(ReleaseError) -> StoredObject {
        let object = try store { () throws(GitError) in try objects.read(id) }
        guard object.kind == .tree else {
            throw .refused(operation: "stage tree \(id)", reason: "it is a \(object.kind.name)")
        }
        return object
    }

    private func check(_ name: Span<UInt8>, _ mode: FileMode) throws(ReleaseError) {
        if directory.count + name.count > Self.longestPath {
            throw .refused(operation: "stage \(text(name))", reason: "its path is longer than 4,095 bytes")
        }
        if let refusal = PathSafety.refusal(ofName: name, isSymlink: mode == .symlink) {
            throw .refused(operation: "stage \(text(name))", reason: "\(refusal) could lead out of the release")
        }
    }

    private func text(_ name: Span<UInt8>) -> String {
        var path = directory
        for index in name.indices { path.append(name[index]) }
        return String(decoding: path, as: UTF8.self)
    }

    /// Those of the entries that lie in the current directory.
    private func inside(_ entries: Range<Int>) -> Range<Int> {
        // Everything inside has a path that begins with the directory's, which ends in a slash: the first entry inside
        // is the first that is not smaller, the first beyond is not smaller than the same path ending in "0", which
        // follows the slash.
        let start = old.partition(entries, directory.span)
        var beyond = directory
        beyond[beyond.count - 1] += 1
        return start..<old.partition(start..<entries.upperBound, beyond.span)
    }

    /// How an old entry's path compares with that of a file in the current directory: below, at or above zero.
    private func compare(_ entry: Int, with name: Span<UInt8>) -> Int {
        let path = old.bytes.span.extracting(old.pathRange(entry))
        // All entries that are asked about lie in the current directory.
        return order(path.extracting(directory.count..<path.count), name)
    }
}
