import GitObjects
import Layout
import Posix
import Releases
import Remote
import Staging
import TestSupport
import Testing

@testable import Sidecar

@Suite("Partial clones", .scratch, .timeLimit(.minutes(2)))
struct PartialCloneTests {
    /// A way to fetch, and how many requests the first release and the next one may cost beside asking for the branch.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let filter: ObjectFilter
        let depth: Int
        let patterns: String?
        let first: Int
        let next: Int

        static let all = [
            Case("everything", .none, 0, nil, first: 1, next: 1),
            Case("no contents", .withoutBlobs, 0, nil, first: 2, next: 2),
            Case("no contents, shallow", .withoutBlobs, 1, nil, first: 2, next: 2),
            Case("no contents, sparse", .withoutBlobs, 0, "/*\n!/src/\n", first: 2, next: 2),
            Case("commits alone", .withoutTrees, 0, nil, first: 2, next: 3),
            Case("commits alone, shallow", .withoutTrees, 1, nil, first: 2, next: 3),
            Case("commits alone, sparse", .withoutTrees, 0, "/*\n!/src/\n", first: 3, next: 3),
        ]

        init(
            _ name: String, _ filter: ObjectFilter, _ depth: Int, _ patterns: String?, first: Int, next: Int
        ) {
            (testDescription, self.filter, self.depth, self.patterns) = (name, filter, depth, patterns)
            (self.first, self.next) = (first, next)
        }
    }

    private static let files: [String: GitFixture.File] = [
        "a": "1\n", "docs/a": "docs\n", "docs/deep/b": "deep\n", "src/x.c": "x\n", "src/lib/y.c": "y\n",
        "src/.gitattributes": "*.c text eol=crlf\n", "link": .symlink("docs"),
    ]

    private func posts(_ server: GitHTTPServer) throws -> Int {
        try server.exchanges().filter { $0.method == "POST" }.count
    }

    private func expectExact(
        _ sidecar: SidecarFixture, _ release: Release, _ fixture: GitFixture, _ patterns: String?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let expected = Scratch.directory + "/full"
        try TestFiles.remove(expected)
        try runProgram(["git", "clone", "--quiet", "--no-checkout", fixture.path, expected]).succeeded()
        try TestFiles.makeDirectory(expected + "/.git/info")
        try TestFiles.write(patterns ?? "/*\n", to: expected + "/.git/info/sparse-checkout")
        try runProgram([
            "git", "-C", expected, "-c", "core.sparseCheckout=true", "read-tree", "-m", "-u", "\(release.commit)",
        ]).succeeded()
        let difference = try runProgram(
            ["diff", "--recursive", "--no-dereference", "--exclude=.git", expected, release.path])
        #expect(difference.status == 0, "\(difference.output) \(difference.errors)", sourceLocation: sourceLocation)
        let arguments = ["ls-files", "-t", "--stage"]
        #expect(
            try runProgram(["git", "-C", release.path] + arguments).succeeded().output
                == runProgram(["git", "-C", expected] + arguments).succeeded().output, sourceLocation: sourceLocation)
    }

    @Test("make the releases that a full one makes, with so few requests", arguments: Case.all)
    func releases(kind: Case) throws {
        let sidecar = try SidecarFixture()
        sidecar.scope = FetchScope(depth: kind.depth, filter: kind.filter)
        sidecar.options.sparsePatterns = kind.patterns.map { Array($0.utf8) }
        let fixture = try sidecar.repository("app.git")
        try fixture.commit(["old": "gone\n", "src/old": "gone\n"])
        try fixture.commit(Self.files.merging(["old": .deleted, "src/old": .deleted]) { first, _ in first })
        try withGitHTTPServer(serving: sidecar.served) { server in
            let first = try sidecar.deploy(server.url("app.git"))
            // One more request asks what the branch stands for.
            #expect(try posts(server) == kind.first + 1)
            try expectExact(sidecar, first, fixture, kind.patterns)
            for (round, change) in [
                ["docs/a": "changed\n", "src/lib/y.c": "changed\n", "new/file": "new\n"],
                // What is there again is in the history that both sides have, and yet was never sent.
                ["old": "gone\n", "src/old": "gone\n", "docs/more": "more\n"],
            ].enumerated() {
                let before = try posts(server)
                try fixture.commit(change.mapValues { .text($0) })
                let release = try sidecar.deploy(server.url("app.git"))
                #expect(try posts(server) - before == kind.next + 1, "round \(round)")
                try expectExact(sidecar, release, fixture, kind.patterns)
            }
            server.stop()
            // Without the server: what people run in a release needs nothing more.
            let live = try #require(sidecar.live)
            let path = live.path
            #expect(try sidecar.git(path, "status", "--porcelain", "--ignored") == "")
            let count = try sidecar.git(path, "log", "--format=%h").split(separator: "\n").count
            #expect(count == (kind.depth == 0 ? 4 : 1))
            #expect(try sidecar.git(path, "show", "HEAD:docs/a") == "changed")
            #expect(try sidecar.stager.verify(live, .full, deadline: .after(.seconds(10))) == [])
        }
    }

    @Test("leave most of the history's contents where they are")
    func transfersLess() throws {
        let sidecar = try SidecarFixture()
        sidecar.scope = FetchScope(depth: 0, filter: .withoutBlobs)
        let fixture = try sidecar.repository("app.git")
        let hashes = try (0..<20).map { try fixture.commit(["a": .text("\($0)\n")]) }
        try withGitHTTPServer(serving: sidecar.served) { server in
            try sidecar.deploy(server.url("app.git"))
            let missing = try runProgram([
                "git", "--git-dir", sidecar.layout.gitDirectory, "rev-list", "--objects", "--missing=print", hashes[19],
            ])
            #expect(try missing.succeeded().output.split(separator: "\n").count { $0.hasPrefix("?") } == 19)
        }
    }

    @Test(
        "may change their filter from one run to the next",
        arguments: [
            [ObjectFilter.withoutTrees, .none, .none], [.withoutBlobs, .none, .withoutTrees],
            [.none, .withoutBlobs, .none], [.withoutTrees, .withoutBlobs, .withoutTrees, .none],
        ], [true, false])
    func changes(filters: [ObjectFilter], isLocal: Bool) throws {
        let sidecar = try SidecarFixture()
        let fixture = try sidecar.repository("app.git")
        let big = String(repeating: "a line that makes differences worth while\n", count: 200)
        try fixture.commit(Self.files.merging(["big": .text(big)]) { first, _ in first })
        try fixture.commit(["big": .text(big + "2\n")])
        try withGitHTTPServer(serving: sidecar.served) { server in
            for (round, filter) in filters.enumerated() {
                sidecar.scope = FetchScope(depth: 0, filter: filter)
                try fixture.commit(["big": .text(big + "round \(round)\n"), "docs/\(round)": "x\n"])
                let release = try sidecar.deploy(isLocal ? "file://\(fixture.path)" : server.url("app.git"))
                try expectExact(sidecar, release, fixture, nil)
            }
        }
    }

    @Test("go for submodules too")
    func submodules() throws {
        let sidecar = try SidecarFixture()
        sidecar.scope = FetchScope(depth: 1, filter: .withoutBlobs)
        let library = try sidecar.repository("library.git")
        try library.commit(["l": "1\n"])
        let app = try sidecar.repository("app.git")
        try app.commit([
            ".gitmodules": modules((name: "l", path: "l", url: "../library.git")),
            "l": .submodule(try library.resolve("main")),
        ])
        try withGitHTTPServer(serving: sidecar.served) { server in
            try sidecar.expectExact(try sidecar.deploy(server.url("app.git")), cloning: server.url("app.git"))
            try app.commit(["l": .submodule(try library.commit(["l": "2\n", "m": "3\n"]))])
            try sidecar.expectExact(try sidecar.deploy(server.url("app.git")), cloning: server.url("app.git"))
        }
    }
}
