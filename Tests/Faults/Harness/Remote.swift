internal import Posix
internal import TestSupport

/// The repository that is followed, with every commit that a scenario pushes made beforehand.
final class Remote {
    /// What a path of a tree is.
    struct Entry: Equatable {
        let mode: String
        let bytes: [UInt8]
    }

    let directory: String
    private var commits: [String: String] = [:]
    private var names: [String: String] = [:]
    private var trees: [String: [String: Entry]] = [:]
    private var isAway = false

    private var path: String { directory + "/remote.git" }
    var url: String { "file://" + path }

    init(in directory: String) throws {
        self.directory = directory
        let fixture = try GitFixture(at: directory + "/remote.git")
        let module = try GitFixture(at: directory + "/module.git")
        try fixture.configure("uploadpack.allowFilter", "true")
        let files: [String: GitFixture.File] = [
            "version": "1\n", "health": "ok\n", "run": .executable(Array("#!/bin/sh\n".utf8)),
            "latest": .symlink("a/one"),
            "a/one": "one\n", "a/two": "two\n", "a/deep/three": "three\n", "b/four": "four\n", "b/five": "five\n",
            "empty": "", "large": .text(String(repeating: "large\n", count: 4000)),
        ]
        let one = try fixture.commit(files, message: "one")
        note("one", one)
        note("two", try fixture.commit(["version": "2\n", "a/one": "changed\n", "b/five": .deleted], message: "two"))
        note("three", try fixture.commit(["version": "3\n", "a/six": "six\n"], message: "three"))
        try fixture.branch("other", at: one)
        let bad = try fixture.commit(["version": "bad\n", "health": "bad\n"], to: "other", message: "bad")
        note("bad", bad)
        note("worse", try fixture.commit(["version": "worse\n", "a/one": "worse\n"], to: "other", message: "worse"))
        try fixture.branch("large", at: one)
        note(
            "big",
            try fixture.commit(
                ["huge": .text(String(repeating: "0123456789", count: 100_000))], to: "large", message: "big"))

        let first = try module.commit(["inside": "1\n", "c/deep": "deep\n"])
        let second = try module.commit(["inside": "2\n"])
        let configuration: GitFixture.File = .text(
            "[submodule \"sub\"]\n\tpath = sub\n\turl = file://\(directory)/module.git\n")
        try fixture.branch("modules", at: one)
        for (name, inside) in [("with-one", first), ("with-two", second), ("with-three", first)] {
            let files: [String: GitFixture.File] = [
                ".gitmodules": configuration, "sub": .submodule(inside), "version": .text(name + "\n"),
            ]
            note(name, try fixture.commit(files, to: "modules", message: name))
        }
        for commit in names.keys { trees[commit] = try tree(of: commit, in: path) }
        // Every commit has a reference of its own, so that none depends on where main is.
        try fixture.git("pack-refs", "--all")
        try push("one")
    }

    private func note(_ name: String, _ commit: String) {
        commits[name] = commit
        names[commit] = name
    }

    private func tree(of commit: String, in repository: String) throws -> [String: Entry] {
        func git(_ arguments: String...) throws -> [UInt8] {
            try runProgram(["git", "-C", repository] + arguments).succeeded().outputBytes
        }
        var found: [String: Entry] = [:]
        for line in try git("ls-tree", "-r", "-z", commit).split(separator: 0) {
            let text = String(decoding: line, as: UTF8.self)
            let (head, path) = (text.prefix { $0 != "\t" }, text.drop { $0 != "\t" }.dropFirst())
            let fields = head.split(separator: " ")
            if fields[0] == "160000" {
                for (name, entry) in try tree(of: String(fields[2]), in: directory + "/module.git") {
                    found["\(path)/\(name)"] = entry
                }
            } else {
                let bytes = try git("cat-file", "blob", String(fields[2]))
                found[String(path)] = Entry(mode: String(fields[0]), bytes: bytes)
            }
        }
        return found
    }

    /// The full hash of a commit.
    func commit(_ name: String) -> String { commits[name] ?? "" }

    /// What a hash is called, for people.
    func name(_ commit: String?) -> String { commit.map { names[$0] ?? $0 } ?? "nothing" }

    /// What a release of a commit must hold; nil where it is none of ours.
    func tree(_ commit: String) -> [String: Entry]? { trees[commit] }

    /// Points main at a commit.
    func push(_ name: String) throws {
        let place = (isAway ? directory + "/away.git" : path) + "/refs/heads/"
        try TestFiles.write(commit(name) + "\n", to: place + "main.new")
        try Files.rename(place + "main.new", to: place + "main")
    }

    /// Whether it can be reached.
    func reachable(_ yes: Bool) throws {
        if yes != isAway { return }
        try Files.rename(yes ? directory + "/away.git" : path, to: yes ? path : directory + "/away.git")
        isAway = !yes
    }
}
