import Posix
import TestSupport
import Testing

@Suite("The reference", .endToEnd, .timeLimit(.minutes(5)))
struct ReferenceTests {
    @Test("a branch that moves forward is followed")
    func forward() throws {
        let site = try Site()
        let sidecar = try site.start("--ref=main")
        try site.waitUntilLive(try site.tip)
        for number in 2...4 {
            let commit = try site.repository.commit(["file": .text("\(number)")])
            try site.waitUntilLive(commit)
            #expect(site.read("file") == "\(number)")
        }
        #expect(try sidecar.stop() == 0)
    }

    @Test("a branch that moves back is followed, and forward again")
    func forcePush() throws {
        let site = try Site()
        let first = try site.tip
        let second = try site.repository.commit(["file": "two", "new": "new"])
        let sidecar = try site.start()
        try site.waitUntilLive(second)
        try site.repository.branch("main", at: first)
        try site.waitUntilLive(first)
        #expect(try site.list() == ["file"])
        #expect(site.read("file") == "one")
        try site.repository.branch("main", at: second)
        try site.waitUntilLive(second)
        #expect(site.read("file") == "two")
        #expect(try sidecar.stop() == 0)
    }

    @Test("a branch that is rewritten without a common commit is followed")
    func unrelated() throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        let other = try site.repository.commit(["other": "other"], to: "orphan")
        try site.repository.branch("main", at: other)
        #expect(try site.sync().status == 0)
        #expect(try site.list() == ["other"])
    }

    @Test("another branch on the same root is followed, and the first again")
    func switched() throws {
        let site = try Site()
        let main = try site.tip
        let other = try site.repository.commit(["other": "other"], to: "other")
        for (name, commit) in [("main", main), ("other", other), ("main", main)] {
            #expect(try site.sync("--ref=\(name)").status == 0)
            #expect(site.live == commit)
        }
        #expect(try site.list() == ["file"])
    }

    @Test("a repository switched on the same root is followed")
    func otherRepository() throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        let other = try GitFixture(at: site.path("other.git"))
        let commit = try other.commit(["other": "other"])
        #expect(try site.sync("--repo=file://\(other.path)").status == 0)
        #expect(site.live == commit)
        #expect(try site.list() == ["other"])
    }

    @Test("without a reference the remote's HEAD is followed, whatever its branch is called")
    func head() throws {
        let site = try Site([:])
        let commit = try site.repository.commit(["file": "one"], to: "trunk")
        try site.repository.git("symbolic-ref", "HEAD", "refs/heads/trunk")
        try site.repository.commit(["file": "two"], to: "main")
        let run = try site.sync()
        #expect(run.status == 0)
        #expect(site.live == commit)
        #expect(run.log.with("published").first?["ref"] == "refs/heads/trunk")
        #expect(try TestFiles.text(site.root + "/.git-sidecar/releases.log").contains("\"ref\":\"refs/heads/trunk\""))
    }

    @Test("a tag is followed when it moves, annotated or not", arguments: [false, true])
    func tag(isAnnotated: Bool) throws {
        let site = try Site()
        try site.repository.tag("v1", annotated: isAnnotated)
        let first = try site.tip
        let sidecar = try site.start("--ref=v1")
        try site.waitUntilLive(first)
        let second = try site.repository.commit(["file": "two"])
        try site.repository.tag("v1", annotated: isAnnotated)
        try site.waitUntilLive(second)
        #expect(site.read("file") == "two")
        #expect(try sidecar.stop() == 0)
    }

    @Test("a tag of a tag stands for the commit")
    func nestedTag() throws {
        let site = try Site()
        try site.repository.tag("inner", annotated: true)
        try site.repository.tag("outer", at: "inner", annotated: true)
        #expect(try site.sync("--ref=outer").status == 0)
        #expect(site.live == (try site.tip))
    }

    @Test("a tag wins over a branch of the same name, and a full name says which is meant")
    func sameName() throws {
        let site = try Site()
        let tagged = try site.tip
        try site.repository.tag("both")
        let branched = try site.repository.commit(["file": "branch"], to: "both")
        for (name, commit) in [("both", tagged), ("refs/heads/both", branched), ("refs/tags/both", tagged)] {
            #expect(try site.sync("--ref=\(name)").status == 0)
            #expect(site.live == commit, "\(name)")
        }
    }

    @Test("a reference outside branches and tags is followed by its full name")
    func fullName() throws {
        let site = try Site()
        let commit = try site.repository.commit(["file": "review"], to: "review")
        try site.repository.git("update-ref", "refs/changes/01/1", commit)
        try site.repository.git("update-ref", "-d", "refs/heads/review")
        #expect(try site.sync("--ref=refs/changes/01/1").status == 0)
        #expect(site.live == commit)
    }

    @Test("a missing reference is named, also in the error file, and what is live stays")
    func missing() throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        let run = try site.sync("--ref=no-such-branch", "--error-file=error.json")
        #expect(run.status == 1)
        let error = LogLine(try TestFiles.text(site.root + "/error.json"))
        #expect(error["Err"]?.contains("couldn't find remote ref no-such-branch") == true, "\(error)")
        #expect(error["Msg"] == "sync failed")
        #expect(error["Args"] != nil)
        #expect(site.read("file") == "one")
    }

    @Test("a repository without any commit is named as such")
    func empty() throws {
        let site = try Site([:])
        let run = try site.sync()
        #expect(run.status == 1)
        let error = try #require(run.log.compactMap(\.error).last)
        #expect(error.contains("the branch main, which has no commit yet"), "\(error)")
    }
}
