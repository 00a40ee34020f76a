import JSON
import Posix
import TestSupport
import Testing

@Suite("The revision file", .endToEnd, .timeLimit(.minutes(3)))
struct RevisionFileTests {
    private let site: Site

    init() throws {
        site = try Site()
    }

    @Test(
        "each release says which commit it is; git sees nothing of it, and it is no edit",
        arguments: ["symlink", "directory"])
    func hash(publish: String) throws {
        let options = ["--revision-file=meta/revision.txt", "--publish=\(publish)", "--keep-releases=2"]
        let sidecar = try site.start(options)
        try sidecar.waitFor("published")
        for number in 1...3 {
            let commit = try site.repository.commit(["file": .text("\(number)")])
            try sidecar.waitFor("published", count: number + 1)
            try waitUntil("\(commit) is there") { site.read("meta/revision.txt") == commit + "\n" }
            #expect(try site.git("status", "--porcelain") == "")
            #expect(try site.git("ls-files").split(separator: "\n") == ["file"])
        }
        // An edit that is found shows that the release is looked at.
        try TestFiles.write("edited", to: "\(site.link)/file")
        try sidecar.waitFor("the live release was not as it was published; it is repaired")
        #expect(try sidecar.stop() == 0)
        let again = try site.start(options)
        try again.waitFor("started")
        try TestFiles.write("edited", to: "\(site.link)/file")
        let line = try again.waitFor("the live release was not as it was published; it is repaired")
        #expect(line["differences"]?.contains("meta") != true, "\(line)")
        try waitUntil("it is there again") { site.read("meta/revision.txt") == (try site.tip) + "\n" }
        #expect(sidecar.log.with("the live release was not as it was published; it is repaired").count == 1)
        #expect(again.log.with("the live release was not as it was published; it is repaired").count == 1)
        #expect(try again.stop() == 0)
    }

    @Test("it may hold a line of one's own, is there when the prepare command runs, and is put back when it is changed")
    func template() throws {
        let host = try runProgram(["uname", "-n"]).succeeded().output.split(separator: "\n").joined()
        let sidecar = try site.start(
            "--revision-file=rev=set $revision \"{hash} on {host}\";", "--prepare-command=cp rev built")
        try site.waitUntilLive(try site.tip)
        let expected = "set $revision \"\(try site.tip) on \(host)\";\n"
        #expect(site.read("rev") == expected)
        #expect(site.read("built") == expected)
        try TestFiles.write("edited", to: "\(site.link)/rev")
        try waitUntil("it is put back") { site.read("rev") == expected }
        try Files.remove("\(site.link)/rev")
        try waitUntil("it is there again") { site.read("rev") == expected }
        #expect(try sidecar.stop() == 0)
    }

    @Test("a release that is live already gets it at the next start")
    func later() throws {
        #expect(try site.sync().status == 0)
        #expect(site.read("rev") == nil)
        #expect(try site.sync("--revision-file=rev").status == 0)
        #expect(site.read("rev") == (try site.tip) + "\n")
        #expect(try site.git("status", "--porcelain") == "")
    }

    @Test("a commit that has that name is put off, and a symbolic link in the way leads nowhere")
    func taken() throws {
        let sidecar = try site.start("--revision-file=meta/rev")
        let good = try site.tip
        try site.waitUntilLive(good)
        try TestFiles.makeDirectory(site.path("outside"))
        for (files, words) in [
            (["meta/rev": GitFixture.File.text("mine")], "the commit has that name"),
            (["meta/rev": .deleted, "meta": .symlink(site.path("outside"))], "choose another --revision-file"),
        ] {
            let commit = try site.repository.commit(files)
            try waitUntil("\(commit) is put off") { try site.state["postponed"]?["commit"]?.string == commit }
            let reason = try #require(try site.state["postponed"]?["reason"]?.string)
            #expect(reason.contains(words), "\(reason)")
            #expect(site.live == good)
        }
        #expect(try TestFiles.list(site.path("outside")).isEmpty)
        #expect(try sidecar.stop() == 0)
    }
}
