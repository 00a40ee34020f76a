import GitObjects
import GitStore
import Posix
import Staging
import TestSupport
import Testing

@Suite("Changed paths", .scratch)
struct ChangedPathTests {
    private func difference(
        _ old: [String: GitFixture.File]?, _ new: [String: GitFixture.File]
    ) throws -> TreeDifference {
        let git = try GitFixture(at: "\(Scratch.directory)/repo.git")
        let first = try old.map { try git.commit($0, replacing: true) }
        let second = try git.commit(new, replacing: true)
        let store = try ObjectStore.openExisting(git.path)
        func tree(_ commit: String) throws -> ObjectID { try store.commit(try #require(ObjectID(commit))).tree }
        return try TreeDifference(from: try first.map(tree), to: try tree(second), in: store)
    }

    private func changes(_ old: [String: GitFixture.File]?, _ new: [String: GitFixture.File]) throws -> [String] {
        try difference(old, new).paths.map { String(decoding: $0, as: UTF8.self) }.sorted()
    }

    @Test("a rename counts on both sides, and what is the same does not count")
    func rename() throws {
        let old: [String: GitFixture.File] = ["a/same": "1", "a/old name": "2", "b/c": "3", "z": "4"]
        let new: [String: GitFixture.File] = ["a/same": "1", "a/new name": "2", "b/c": "3x", "z": "4"]
        #expect(try changes(old, new) == ["a/new name", "a/old name", "b/c"])
    }

    @Test("without an earlier release all paths have changed")
    func first() throws {
        #expect(try changes(nil, ["a": "1", "b/c": "2"]) == ["a", "b/c"])
    }

    @Test("modes and files that become directories are changes")
    func kinds() throws {
        let old: [String: GitFixture.File] = ["run": "1", "x": "1", "y/one": "1", "y/two": "1"]
        let new: [String: GitFixture.File] = [
            "run": .executable(Array("1".utf8)), "x/one": "1", "y": .symlink("x"),
        ]
        #expect(try changes(old, new) == ["run", "x", "x/one", "y", "y/one", "y/two"])
    }

    @Test("submodules are told apart, also those that take the place of a file, come and go")
    func submodules() throws {
        let one = try #require(ObjectID(String(repeating: "1", count: 40)))
        let two = try #require(ObjectID(String(repeating: "2", count: 40)))
        let found = try difference(
            [
                "a/same": .submodule("\(one)"), "b/moved": .submodule("\(one)"), "file": "1",
                "gone": .submodule("\(one)"),
            ],
            ["a/same": .submodule("\(one)"), "b/moved": .submodule("\(two)"), "file": .submodule("\(two)")])
        #expect(found.paths == [Array("file".utf8)])
        let submodules = found.submodules.sorted { $0.path.lexicographicallyPrecedes($1.path) }
        #expect(submodules.map { String(decoding: $0.path, as: UTF8.self) } == ["b/moved", "file", "gone"])
        #expect(submodules.map(\.old) == [one, nil, one])
        #expect(submodules.map(\.new) == [two, two, nil])
    }
}
