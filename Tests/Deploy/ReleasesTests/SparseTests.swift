import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Staging
import TestSupport
import Testing

@Suite("A sparse release holds what git's sparse checkout holds", .scratch(.memory), .timeLimit(.minutes(1)))
struct SparseTests {
    static let files: [String: GitFixture.File] = [
        "top": "1\n", "docs/a.md": "2\n", "docs/deep/b.md": "3\n", "docs/deep/c.txt": "4\n", "src/main.c": "5\n",
        "src/lib/x.c": "6\n", "src/lib/y.md": "7\n", "src/lib/.gitattributes": "*.c text eol=crlf\n",
        "link": .symlink("docs"), "run": .executable(Array("#!/bin/sh\n".utf8)), "a b/c": "8\n",
        "module": .submodule("1111111111111111111111111111111111111111"),
    ]

    static let patterns = [
        "/*\n!/*/\n", "/*\n!/*/\n/docs/\n", "/*\n!/*/\n/src/\n!/src/*/\n/src/lib/\n", "*.md\n", "/*\n!docs/\n",
        "docs/\n!docs/deep/\n*.txt\n", "module/\n", "module\n", "# nothing\n", "/*\n", "a\\ b\nsrc/lib\n",
        "/*\n!*.c\n!module\n",
    ]

    /// What the real program makes of a commit.
    private func oracle(_ site: Site, _ hash: String, _ patterns: String) throws -> String {
        let path = Scratch.directory + "/sparse"
        try TestFiles.remove(path)
        try runProgram(["git", "clone", "--quiet", "--no-checkout", site.fixture.path, path]).succeeded()
        try TestFiles.makeDirectory(path + "/.git/info")
        try TestFiles.write(patterns, to: path + "/.git/info/sparse-checkout")
        let settings = ["-c", "core.sparseCheckout=true", "-c", "core.sparseCheckoutCone=true"]
        try runProgram(["git", "-C", path] + settings + ["read-tree", "-m", "-u", hash]).succeeded()
        try runProgram(["git", "-C", path, "update-ref", "--no-deref", "HEAD", hash]).succeeded()
        return path
    }

    private func expectExact(_ site: Site, _ release: Release, _ patterns: String) throws {
        let expected = try oracle(site, "\(release.commit)", patterns)
        let arguments = ["ls-files", "-t", "--stage", "-z"]
        #expect(try site.git(arguments, in: release.path) == site.git(arguments, in: expected))
        let difference = try runProgram(
            ["diff", "--recursive", "--no-dereference", "--exclude=.git", expected, release.path])
        #expect(difference.status == 0, "\(difference.output) \(difference.errors)")
        #expect(try site.status(release.path) == "")
    }

    @Test("for patterns of both shapes", arguments: patterns)
    func both(patterns: String) throws {
        var site = try Site()
        site.options.sparsePatterns = Array(patterns.utf8)
        let first = try site.stage(try site.fixture.commit(Self.files)).release
        try expectExact(site, first, patterns)
        #expect(try site.stager.verify(first, .full, deadline: .after(.seconds(10))) == [])
        let second = try site.stage(
            try site.fixture.commit(["docs/a.md": "new\n", "src/lib/x.c": "new\n", "docs/new/n.md": "9\n"]), from: first
        )
        try expectExact(site, second.release, patterns)
    }

    @Test("also when the patterns are other ones than in the release that it comes from")
    func changes() throws {
        var site = try Site()
        var release = try site.stage(try site.fixture.commit(Self.files)).release
        for (number, patterns) in Self.patterns.enumerated() {
            site.options.sparsePatterns = Array(patterns.utf8)
            let staged = try site.stage(
                try site.fixture.commit(["docs/a.md": .text("\(number)\n")]), from: release)
            try expectExact(site, staged.release, patterns)
            release = staged.release
        }
        site.options.sparsePatterns = nil
        try site.expectExact(try site.stage("\(release.commit)", from: release).release)
    }

    @Test("what stays is shared when the patterns change")
    func shares() throws {
        var site = try Site()
        site.options.sparsePatterns = Array("/*\n!/src/\n".utf8)
        let first = try site.stage(try site.fixture.commit(Self.files)).release
        site.options.sparsePatterns = Array("/*\n!/docs/\n".utf8)
        let second = try site.stage(try site.fixture.commit(["top": "2\n"]), from: first).release
        #expect(try status(first, "run").isSameFile(as: status(second, "run")))
        #expect(!TestFiles.exists(second.path + "/docs"))
    }

    @Test("contents that no pattern takes may be missing from the store")
    func missingContents() throws {
        var site = try Site()
        let hash = try site.fixture.commit(Self.files)
        let commit = try #require(ObjectID(hash))
        let partial = try ObjectStore.open(Scratch.directory + "/partial/.git")
        let source = try SourceRepository.open(site.fixture.path)
        _ = try source.copy(wants: [commit], to: partial, filter: .withoutBlobs, deadline: .after(.seconds(10)))
        let patterns = Array("/*\n!/*/\n/docs/\n".utf8)
        let missing = try MissingObjects(
            for: commit, in: partial, sparsePatterns: patterns, deadline: .after(.seconds(10)))
        #expect(missing.trees.isEmpty)
        // top, run, link and the three below docs.
        #expect(missing.blobs.count == 6)
        _ = try source.copy(wants: missing.blobs, to: partial, deadline: .after(.seconds(10)))
        #expect(
            try MissingObjects(for: commit, in: partial, sparsePatterns: patterns, deadline: .after(.seconds(10)))
                .isEmpty)
        site.options.sparsePatterns = patterns
        let layout = try ReleaseLayout(root: Scratch.directory + "/partial", link: "link")
        let stager = Stager(layout: layout, objects: partial, options: site.options)
        let release = try stager.install(try stager.stage(commit, from: nil, deadline: .after(.seconds(10))))
        try expectExact(site, release, String(decoding: patterns, as: UTF8.self))
    }
}
