internal import Posix
internal import TestSupport

/// The repositories that one configuration serves, and what is pushed to them.
///
/// Pushes go into `origin`. Most servers serve that directory itself; the others get each push by `afterPush`.
final class Site {
    let directory: String
    let origin: String
    let fixture: GitFixture
    let module: GitFixture
    /// Brings what was pushed to where it is served, when that is somewhere else.
    var afterPush: () throws -> Void = {}
    /// The repository whose history is sent, when it is not the one that was pushed to.
    var servedRepository: String?
    private var trees: [String: String] = [:]

    /// The directory that is served, with `site.git`, `module.git` and `empty.git`.
    var served: String { directory + "/served" }

    /// A copy of the template at `template`, in `directory`.
    init(copying template: String, to directory: String) throws {
        self.directory = directory
        origin = directory + "/served"
        try TestFiles.makeDirectory(directory)
        try runProgram(["cp", "-a", template, origin]).succeeded()
        fixture = try GitFixture(at: origin + "/site.git")
        module = try GitFixture(at: origin + "/module.git")
    }

    /// Makes an empty repository beside the others.
    func makeEmptyRepository(_ name: String) throws -> GitFixture {
        let path = "\(origin)/\(name).git"
        try runProgram(["cp", "-a", origin + "/empty.git", path]).succeeded()
        return try GitFixture(at: path)
    }

    /// Commits to a branch and has the server serve it.
    @discardableResult
    func push(_ files: [String: GitFixture.File], to branch: String = "main") throws -> String {
        let commit = try fixture.commit(files, to: branch)
        try afterPush()
        return commit
    }

    /// Points a branch at a commit and has the server serve it.
    func point(_ branch: String, at commit: String) throws {
        try fixture.branch(branch, at: commit)
        try afterPush()
    }

    /// How many commits of history a commit has.
    func depth(of commit: String) throws -> Int {
        let repository = servedRepository ?? fixture.path
        return Int(try runProgram(["git", "-C", repository, "rev-list", "--count", commit]).succeeded().output) ?? 0
    }

    /// A directory with what git itself checks out of a commit, submodules and all.
    func treeByGit(of commit: String, in repository: String = "site") throws -> String {
        if let known = trees[commit] { return known }
        let clone = "\(directory)/by-git-\(repository)"
        if !TestFiles.exists(clone) {
            try runProgram(
                ["git", "clone", "--quiet", "--no-checkout", "--shared", "\(origin)/\(repository).git", clone],
                within: .seconds(300)
            ).succeeded()
        }
        let tree = "\(directory)/tree-\(commit)"
        try runProgram(["git", "-C", clone, "worktree", "add", "--quiet", "--detach", tree, commit]).succeeded()
        if TestFiles.exists(tree + "/.gitmodules") {
            try runProgram(["git", "-C", tree, "submodule", "--quiet", "update", "--init", "--recursive"]).succeeded()
        }
        trees[commit] = tree
        return tree
    }
}

extension Site {
    /// Makes the repositories of which each configuration gets a copy.
    static func makeTemplate(at directory: String, objectFormat: String = "sha1") throws {
        try TestFiles.makeDirectory(directory)
        for name in ["site", "module", "empty"] {
            try runProgram([
                "git", "init", "--quiet", "--bare", "--initial-branch=main", "--object-format=\(objectFormat)",
                "\(directory)/\(name).git",
            ]).succeeded()
        }
        let fixture = try GitFixture(at: directory + "/site.git")
        let module = try GitFixture(at: directory + "/module.git")
        try makeHistory(fixture)
        let inside = try module.commit(["inside.txt": "one\n", "deep/er/file": "two\n", "run": .executable([35, 33])])
        try fixture.branch("modules")
        try fixture.commit(
            [
                ".gitmodules": "[submodule \"module\"]\n\tpath = parts/module\n\turl = ../module.git\n",
                "parts/module": .submodule(inside),
            ], to: "modules")
        try fixture.branch("feature", at: "main~3")
        try fixture.tag("v1", at: "main~5")
        try fixture.tag("annotated", at: "main~4", annotated: true)
        try fixture.tag("nested", at: "annotated", annotated: true)
        // Packed with deltas, as what a server has had for a while, and a little that is not packed yet.
        try fixture.git("repack", "-adq", "--depth=20", "--window=20")
        try fixture.commit(["latest.txt": "loose\n"])
    }

    private static func makeHistory(_ fixture: GitFixture) throws {
        var dice = Dice(seed: 16)
        let lines = (0..<4000).map { "line \($0) \(dice.number(below: 1_000_000))\n" }
        var files: [(path: [UInt8], file: GitFixture.File)] = [
            ("README.md", "A site.\n"), ("empty", ""), ("bin/run", .executable(Array("#!/bin/sh\n".utf8))),
            ("current", .symlink("pages/one.txt")), ("dangling", .symlink("no where/at all")),
            ("pages/one.txt", "one\n"), ("deep/a/b/c/d/e/f.txt", "deep\n"), ("ünïcode/файл.txt", "text\n"),
            ("with space/and\"quote", "quoted\n"), (".gitattributes", "*.crlf text eol=crlf\n*.id ident\n"),
            ("windows.crlf", "one\ntwo\n"), ("version.id", "$Id$\n"),
            ("data.bin", .regular((0..<300_000).map { _ in UInt8(dice.number(below: 256)) })),
            ("large.txt", .text(lines.joined())),
        ].map { (path: Array($0.0.utf8), file: $0.1) }
        files.append((path: [0x6c, 0x61, 0x74, 0xe9], file: "a name that is no UTF-8\n"))
        try fixture.commit(paths: files, message: "the beginning")
        for number in 1...24 {
            var changed = lines
            changed[number * 100] = "changed \(number)\n"
            try fixture.commit(
                ["large.txt": .text(changed.joined()), "pages/\(number).txt": .text("page \(number)\n")],
                message: "page \(number)")
        }
    }
}

/// Numbers that look random and are the same for the same seed.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed &+ 0x9e37_79b9_7f4a_7c15 }

    mutating func number(below limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(limit))
    }

    mutating func chance(_ part: Int, of whole: Int) -> Bool { number(below: whole) < part }
}
