import TestSupport
import Testing

@Suite("Repositories for tests", .scratch(.memory), .timeLimit(.minutes(1)))
struct GitFixtureTests {
    private func fixture() throws -> GitFixture {
        try GitFixture(at: "\(Scratch.directory)/a.git")
    }

    @Test("the same commits have the same hashes everywhere")
    func deterministic() throws {
        let fixture = try fixture()
        let hash = try fixture.commit([
            "a": "text\n", "run": .executable(Array("#!/bin/sh\n".utf8)), "link": .symlink("a"),
        ])
        #expect(hash == "14941cc5d000ab7e7208f495b9b2b28a7d3efd79")
        try fixture.commit(["a": .deleted])
        #expect(try fixture.git("ls-tree", "--name-only", "main") == "link\nrun")
        #expect(try fixture.git("rev-list", "--count", "main") == "2")
        let tag = try fixture.tag("v1", annotated: true)
        #expect(try fixture.git("cat-file", "-t", tag) == "tag")
    }

    @Test("10,000 commits, 100,000 files and 100,000 refs are made in seconds")
    func bulk() throws {
        let fixture = try fixture()
        try fixture.linearHistory(commits: 10_000)
        #expect(try fixture.git("rev-list", "--count", "main") == "10000")
        try fixture.manyFiles(100_000, on: "files")
        #expect(try fixture.git("ls-tree", "-r", "--name-only", "files").split(separator: "\n").count == 100_000)
        try fixture.manyRefs(100_000)
        #expect(try fixture.git("for-each-ref", "refs/heads/many").split(separator: "\n").count == 100_000)
    }

    @Test("any bytes can be a name")
    func nastyNames() throws {
        let fixture = try fixture()
        let name: [UInt8] = [0xff, 0x0a, 0x22, 0x5c, 0x20, 0x01]
        try fixture.commit(paths: [(path: name, file: "x")])
        let listed = try runProgram(["git", "-C", fixture.path, "ls-tree", "-z", "--name-only", "main"])
        #expect(listed.outputBytes == name + [0])
        let blob = try fixture.writeBlob([1])
        let tree = try fixture.writeRawTree([.init(mode: "100644", name: Array("../.git".utf8), hash: blob)])
        try fixture.commit(tree: tree)
        #expect(try fixture.git("ls-tree", "main") == "100644 blob \(blob)\t../.git")
    }
}
