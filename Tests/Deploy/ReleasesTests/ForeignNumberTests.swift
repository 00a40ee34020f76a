import GitObjects
import GitStore
import Posix
import TestSupport
import Testing

@testable import Releases
@testable import Staging

@Suite("Numbers from outside", .scratch, .timeLimit(.minutes(1)))
struct ForeignNumberTests {
    private let id: ObjectID

    init() throws {
        id = try #require(ObjectID("0123456789abcdef0123456789abcdef01234567"))
    }

    private func index() -> ReleaseIndex {
        ReleaseIndex(
            origin: IndexOrigin(tree: id, settings: [], permissions: Permissions(file: 0o644, executable: 0o755)))
    }

    private func append(_ path: String, to index: inout ReleaseIndex) throws {
        try index.append(path: Array(path.utf8), mode: .file, id: id, isSkipped: false, filter: .identity)
    }

    @Test("sizes that add up to more than any number holds are too large, and nothing worse")
    func sizes() throws {
        let file = Scratch.directory + "/file"
        try TestFiles.write("some bytes", to: file)
        var index = index()
        try append("file", to: &index)
        index.fill(0, try Files.status(file))
        let store = try ObjectStore.open(Scratch.directory + "/store")
        func check(_ maximum: UInt64) throws -> UInt64 {
            try SpaceGuard(path: Scratch.directory, minimumFree: 0, maximumRelease: maximum)
                .check(index, besides: .max, sharing: true, store, of: id)
        }
        #expect(try check(0) == .max)
        #expect(throws: ReleaseError.self) { try check(4096) }
    }

    @Test("an index with more bytes than its format can point into is refused")
    func index4GiB() throws {
        var index = index()
        index.mostBytes = 300
        try append("a", to: &index)
        try append("b", to: &index)
        var other = self.index()
        try append("c", to: &other)
        try append("d", to: &other)
        try append("e", to: &other)
        let count = index.count
        #expect(throws: SystemError.self) { try index.append(0..<3, of: other) }
        #expect(throws: SystemError.self) { try append(String(repeating: "f", count: 200), to: &index) }
        #expect(index.count == count)
    }
}
