internal import Glibc

/// Goes through the directories of one tree in the order of its paths, and holds a bounded number of them open.
///
/// Every step is relative to the directory above it and follows no symbolic link, so that no path, however long and
/// however often its parents are exchanged meanwhile, leads out of the tree.
public final class DirectoryCursor {
    /// How many directories are open at once, besides the tree's own.
    static let maximumOpen = 32

    /// The open descriptor of the current directory; valid until the next `enter`.
    public private(set) var descriptor: Int32
    private let root: Int32
    private let creates: Bool
    // The current directory's path; every component ends in "/".
    private var path: [UInt8] = []
    // For each component where it ends in `path`, and its descriptor, or -1 where that was closed to make room.
    private var ends: [Int] = []
    private var descriptors: [Int32] = []
    private var firstOpen = 0

    /// A cursor at the top of the tree whose directory is open; that must stay open as long as the cursor lives.
    ///
    /// - Parameters:
    ///   - root: the descriptor of the tree's directory.
    ///   - creates: whether directories that do not exist are made.
    public init(root: Int32, creates: Bool) {
        self.root = root
        self.creates = creates
        descriptor = root
    }

    deinit {
        for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
    }

    /// Makes the directory that holds a file the current one, and returns where the last component of its path starts.
    ///
    /// The path is relative to the tree and has no zero byte at its end.
    public func enter(directoryOf file: Span<UInt8>) throws(SystemError) -> Int {
        var length = file.count
        while length > 0, file[length - 1] != UInt8(ascii: "/") { length -= 1 }
        let directory = file.extracting(first: length)
        if length == path.count, areEqual(directory, path.span) { return length }
        leave(downTo: sharedComponents(with: directory))
        if let last = descriptors.last, last < 0 { try reopen() }
        while path.count < length { try descend(directory) }
        return length
    }

    /// The entries of the current directory, less `.` and `..`.
    public func entries() throws(SystemError) -> [DirectoryEntry] {
        let top = [UInt8(ascii: "."), 0]
        return try TreeFile.openDirectory(in: descriptor, top.span).entries()
    }

    /// How many components of the current path `directory` begins with.
    private func sharedComponents(with directory: Span<UInt8>) -> Int {
        var shared = 0
        var start = 0
        while shared < ends.count, ends[shared] <= directory.count,
            areEqual(directory.extracting(start..<ends[shared]), path.span.extracting(start..<ends[shared]))
        {
            start = ends[shared]
            shared += 1
        }
        return shared
    }

    private func leave(downTo count: Int) {
        while ends.count > count {
            ends.removeLast()
            let descriptor = descriptors.removeLast()
            if descriptor >= 0 { close(descriptor) }
        }
        path.removeLast(path.count - (ends.last ?? 0))
        firstOpen = min(firstOpen, count)
        descriptor = descriptors.last ?? root
    }

    /// Opens the next component of `directory` below the current one.
    private func descend(_ directory: Span<UInt8>) throws(SystemError) {
        var name: [UInt8] = []
        var position = path.count
        while directory[position] != UInt8(ascii: "/") {
            name.append(directory[position])
            position += 1
        }
        let length = name.count
        name.append(0)
        let parent = descriptors.last ?? root
        if creates { try TreeFile.makeDirectory(in: parent, name.span, orExists: true) }
        let descriptor = try TreeFile.openDirectory(in: parent, name.span).release()
        path.append(contentsOf: name[..<length])
        path.append(UInt8(ascii: "/"))
        ends.append(path.count)
        descriptors.append(descriptor)
        self.descriptor = descriptor
        makeRoom()
    }

    /// Closes the uppermost open directory when too many are open.
    private func makeRoom() {
        guard descriptors.count - firstOpen > Self.maximumOpen else { return }
        close(descriptors[firstOpen])
        descriptors[firstOpen] = -1
        firstOpen += 1
    }

    /// Opens the current directory again, whose descriptor was closed to make room.
    private func reopen() throws(SystemError) {
        let whole = path
        leave(downTo: 0)
        while path.count < whole.count { try descend(whole.span) }
    }
}
