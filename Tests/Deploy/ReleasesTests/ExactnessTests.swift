import GitObjects
import GitStore
import Layout
import Posix
import Releases
import TestSupport
import Testing

/// A tree that programs of this kind get wrong, and what it becomes in the next commit.
struct NastyTree: Sendable, CustomTestStringConvertible {
    typealias Files = [(path: [UInt8], file: GitFixture.File)]
    let testDescription: String
    let first: Files
    let second: Files

    init(
        _ name: String, _ first: KeyValuePairs<String, GitFixture.File>,
        then second: KeyValuePairs<String, GitFixture.File>
    ) {
        testDescription = name
        self.first = first.map { (Array($0.key.utf8), $0.value) }
        self.second = second.map { (Array($0.key.utf8), $0.value) }
    }

    init(_ name: String, bytes first: Files, then second: Files) {
        testDescription = name
        self.first = first
        self.second = second
    }

    static let deepPath = String(repeating: "abcdefghi/", count: 399) + "abcdefghij"

    static let all = [
        NastyTree(
            "files, executables and directories",
            ["a": "1", "run": .executable(Array("#!/bin/sh\n".utf8)), "d/e/f": "2", "d/g": "3", "empty": ""],
            then: ["d/e/f": "4", "run": "no longer", "a": .executable([1]), "new/dir/file": "5"]),
        NastyTree(
            "symbolic links: to files, directories, nowhere, outside, themselves, and very long ones",
            [
                "file": "1", "d/x": "2", "to-file": .symlink("file"), "to-directory": .symlink("d"),
                "dangling": .symlink("nowhere"), "outside": .symlink("/etc/passwd"), "up": .symlink("../../../x"),
                "self": .symlink("self"), "long": .symlink(String(repeating: "y", count: 4000)),
            ],
            then: ["to-file": .symlink("d/x"), "dangling": "now a file", "file": .symlink("d")]),
        NastyTree(
            "a file becomes a directory, a directory a file, a link a directory",
            ["a": "1", "b/c": "2", "b/d/e": "3", "l": .symlink("b"), "b-x": "4", "b.x": "5", "b0": "6"],
            then: [
                "a": .deleted, "a/inside": "1", "b/c": .deleted, "b/d/e": .deleted, "b": "file", "l": .deleted,
                "l/deep/x": "9",
            ]),
        NastyTree(
            "names with spaces, quotes, newlines, dashes, dots, other scripts and differing only in case",
            [
                " ": "1", "a b": "2", "quote\"'": "3", "new\nline": "4", "-rf": "5", "...": "6", ".hidden": "7",
                "Ünïcödé/日本語/🚀": "8", "README": "9", "readme": "10", "Dir/x": "11", "dir/x": "12", "*?[": "13",
                String(repeating: "n", count: 255): "14", "tab\tand\\backslash": "15",
            ],
            then: ["readme": "changed", "Dir/x": .deleted, "-rf": "changed"]),
        NastyTree(
            "names that are no UTF-8",
            bytes: [([0xff, 0xfe], "1"), ([0x64, 0x2f, 0xc3, 0x28], "2"), ([0x64, 0x2f, 0x80], .symlink("x"))],
            then: [([0xff, 0xfe], "changed"), ([0x64, 0x2f, 0xc3, 0x28], .deleted), ([0xf0, 0x2f, 0xf1], "3")]),
        NastyTree(
            "paths of 4,000 bytes in 400 directories",
            [deepPath: "deep", "abcdefghi/other": "1", deepPath + "2": "2"],
            then: [deepPath: "changed", "abcdefghi/abcdefghi/x": "3"]),
        NastyTree(
            "attributes: line endings, identifiers, encodings, nested files",
            [
                ".gitattributes": "*.txt text eol=crlf\n*.id ident\n*.bin -text\n*.u16 working-tree-encoding=UTF-16\n",
                "a.txt": "one\ntwo\n", "sub/.gitattributes": "*.txt -text\n", "sub/a.txt": "one\ntwo\n",
                "x.id": "$Id$\n", "y.bin": "a\nb\r\nc", "z.u16": "hällo\n", "plain": "a\nb\n", "sub/deep/q.txt": "r\n",
            ],
            then: [
                ".gitattributes": "*.txt text eol=lf\n*.id -ident\nplain text eol=crlf\n",
                "sub/.gitattributes": .deleted,
            ]),
        NastyTree(
            "a submodule, which is an empty directory",
            ["a": "1", "module": .submodule("1111111111111111111111111111111111111111"), ".gitmodules": "\n"],
            then: ["a": "2", "d/other": .submodule("2222222222222222222222222222222222222222")]),
        NastyTree("no file at all, later one", [:], then: ["a/b/c": "1"]),
        NastyTree("one file, later none", ["a/b/c": "1"], then: ["a/b/c": .deleted]),
    ]
}

@Suite("A release holds exactly what git would check out", .scratch(.memory))
struct ExactnessTests {
    @Test(
        "a first release, and the next one made from it", .timeLimit(.minutes(1)), arguments: NastyTree.all,
        ShareMode.allCases)
    func nastyTrees(tree: NastyTree, share: ShareMode) throws {
        var site = try Site()
        site.options.share = share
        let first = try site.stage(try site.fixture.commit(paths: tree.first)).release
        try site.expectExact(first)
        let second = try site.stage(try site.fixture.commit(paths: tree.second), from: first).release
        try site.expectExact(second)
        // Making the second has left the first as it was.
        try site.expectExact(first)
        let third = try site.stage("\(first.commit)", from: second).release
        try site.expectExact(third)
    }

    @Test("a file of 100 MB", .timeLimit(.minutes(1)))
    func bigFile() throws {
        let site = try Site()
        let bytes = [UInt8](repeating: 7, count: 100 << 20)
        let release = try site.stage(try site.fixture.commit(["big": .regular(bytes)])).release
        #expect(try status(release, "big").size == 100 << 20)
        try site.expectExact(release)
    }

    @Test("many files, written and shared by several threads", .timeLimit(.minutes(1)), arguments: [1, 2, 5])
    func manyFiles(threads: Int) throws {
        var site = try Site()
        site.options.threads = threads
        let first = try site.stage(try site.fixture.manyFiles(5000))
        #expect(first.figures.written == 5000)
        try site.expectExact(first.release)
        let change = try site.fixture.commit([GitFixture.manyFilesPath(4321): "changed", "new/file": "1"])
        let second = try site.stage(change, from: first.release)
        #expect(second.figures.shared == 4999)
        #expect(second.figures.written == 2)
        #expect(second.figures.restored == 0)
        try site.expectExact(second.release)
    }

    @Test(
        "paths that could lead elsewhere are refused, and nothing is left behind",
        arguments: ["..", ".", ".git", ".GIT", "git~1"])
    func dangerousNames(name: String) throws {
        let site = try Site()
        let blob = try site.fixture.writeBlob([1])
        let tree = try site.fixture.writeRawTree([.init(mode: "100644", name: Array(name.utf8), hash: blob)])
        let hash = try site.fixture.commit(tree: tree)
        #expect(throws: ReleaseError.self) { try site.stage(hash) }
        #expect(try TestFiles.list(site.layout.staging).isEmpty)
    }

    @Test("a link and a directory of the same name cannot make us write outside")
    func linkInTheWay() throws {
        let site = try Site()
        let outside = Scratch.directory + "/outside"
        try TestFiles.makeDirectory(outside)
        let (blob, target) = (try site.fixture.writeBlob([1]), try site.fixture.writeBlob(Array(outside.utf8)))
        let inner = try site.fixture.writeRawTree([.init(mode: "100644", name: Array("x".utf8), hash: blob)])
        let tree = try site.fixture.writeRawTree([
            .init(mode: "120000", name: Array("a".utf8), hash: target),
            .init(mode: "40000", name: Array("a".utf8), hash: inner),
        ])
        let hash = try site.fixture.commit(tree: tree)
        #expect(throws: ReleaseError.self) { try site.stage(hash) }
        #expect(try TestFiles.list(outside).isEmpty)
        #expect(try TestFiles.list(site.layout.staging).isEmpty)
    }
}
