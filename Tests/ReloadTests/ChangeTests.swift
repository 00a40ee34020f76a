import GitStore
import Posix
import TestSupport
import Testing

@testable import Reload

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
        let (one, two) = (hash(1), hash(2))
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

@Suite("Rules")
struct RuleTests {
    @Test(
        "patterns mean what they would mean in .gitignore",
        arguments: [
            ("*.conf", "a.conf", true), ("*.conf", "site/b.conf", true), ("*.conf", "a.conf.txt", false),
            ("/*.conf", "site/b.conf", false), ("site/*.conf", "site/b.conf", true),
            ("site/*.conf", "site/deep/b.conf", false), ("site/**", "site/deep/b.conf", true),
            ("site/**/b.conf", "site/b.conf", true), ("site", "site/deep/b", true), ("site/", "site/deep/b", true),
            ("site/", "site", false), ("docs", "site/docs/x", true), ("/docs", "site/docs/x", false),
            ("sub", "sub/", true), ("sub/", "sub/", true), ("sub/**", "sub/", true), ("/sub/**", "sub/", true),
            ("sub/*.js", "sub/", false), ("other/**", "sub/", false), ("[ab]?.js", "x/a1.js", true),
            ("**", "anything/at/all", true), ("*", "a/b", true), ("A", "a", false),
        ])
    func patterns(pattern: String, path: String, matches: Bool) {
        let bytes = Array(path.utf8)
        let matched = ChangePattern(pattern).matches(bytes.span)
        #expect(matched == matches)
    }

    @Test("paths that are no text can match")
    func bytes() {
        let path: [UInt8] = [0xff, UInt8(ascii: "."), UInt8(ascii: "c")]
        let matched = ChangePattern("*.c").matches(path.span)
        #expect(matched)
    }

    private let reload = Action.signal(1, [.name("web")])
    private let proxy = Action.signal(1, [.name("proxy")])

    private func actions(_ paths: [String], _ rules: [ActionRule]) -> [Action] {
        ActionRule.actions(for: paths.map { Array($0.utf8) }, rules: rules, defaults: [reload])
    }

    @Test("each action is done once, in the order of the rules, the default one last")
    func order() {
        let rules = [ActionRule(["*.pem"], proxy), ActionRule(["*.md"], .touch("/x")), ActionRule(["c"], proxy)]
        #expect(actions(["z", "c", "b.md", "a.pem", "d.pem"], rules) == [proxy, .touch("/x"), reload])
        #expect(actions(["a.pem"], rules) == [proxy])
    }

    @Test("what a rule needs nothing for does not call for the default action")
    func none() {
        let rules = [ActionRule(["docs/", "*.md"], .none)]
        #expect(actions(["docs/a", "README.md"], rules) == [])
        #expect(actions(["docs/a", "app.js"], rules) == [reload])
    }

    @Test("a new commit with the same tree takes the default action: its directory is another")
    func emptyChange() {
        #expect(actions([], [ActionRule(["*"], .none)]) == [reload])
    }
}
