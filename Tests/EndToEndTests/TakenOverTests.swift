import JSON
import Posix
import TestSupport
import Testing

@Suite("What is live is known by the link", .endToEnd, .timeLimit(.minutes(3)))
struct TakenOverTests {
    /// What became of the state that a sidecar had kept.
    enum Loss: String, CaseIterable {
        case gone, empty, damaged, newer
    }

    private func expectServed(_ site: Site, _ commit: String) throws {
        // The remote is not there: what is known, is known from the disk.
        try Files.rename(site.repository.path, to: site.path("away"))
        let sidecar = try site.start("--http-bind=127.0.0.1:0", "--http-metrics")
        try sidecar.waitFor("sync failed; what is live stays")
        #expect(try sidecar.ask("/readyz").status == 200)
        let status = try ControlClient(root: site.root).get("/v1/status").json
        #expect(status["published"]?["hash"]?.string == commit)
        #expect(try sidecar.stop() == 0)
        try Files.rename(site.path("away"), to: site.repository.path)
        let back = try site.start("--http-bind=127.0.0.1:0")
        try back.waitFor("started")
        try waitUntil("it is current") {
            try ControlClient(root: site.root).get("/v1/status").json["condition"]?.string == "current"
        }
        // It believes so as soon as the remote has answered, and has succeeded when the attempt ends.
        try waitUntil("the first sync has succeeded") { try back.ask("/").status == 200 }
        #expect(try back.stop() == 0)
        #expect(site.live == commit)
        #expect(site.read("file") == "one")
    }

    @Test("a lost or damaged state does not make a live release unknown", arguments: Loss.allCases)
    func state(_ loss: Loss) throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        let file = "\(site.root)/.git-sidecar/state.json"
        switch loss {
        case .gone: try Files.remove(file)
        case .empty: try TestFiles.write("", to: file)
        case .damaged: try TestFiles.write("{\"version\":1,\"current\":", to: file)
        case .newer: try TestFiles.write("{\"version\":9,\"live\":{}}", to: file)
        }
        try expectServed(site, try site.tip)
        if loss == .newer {
            #expect(try TestFiles.text(file + ".version-9") == "{\"version\":9,\"live\":{}}")
        }
    }

    @Test("a root that git-sync left, whose remote has not moved, is served and ready at once")
    func gitSync() throws {
        let site = try Site()
        let tip = try site.tip
        let git = ["git", "-C", site.root]
        try runProgram(["git", "init", "--quiet", site.root]).succeeded()
        try runProgram(git + ["fetch", "--quiet", "--depth=1", site.repository.path, "main"]).succeeded()
        try runProgram(git + ["worktree", "add", "--quiet", "--detach", ".worktrees/\(tip)", tip]).succeeded()
        try Files.makeSymbolicLink(to: ".worktrees/\(tip)", at: site.link)
        try expectServed(site, tip)
        #expect(try site.git("status", "--porcelain") == "")
    }

    @Test("what a later version wrote into the state survives a rewrite")
    func unknownMembers() throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        let file = "\(site.root)/.git-sidecar/state.json"
        let text = try TestFiles.text(file)
        try TestFiles.write(
            text.replacing("{\"version\":1,", with: "{\"version\":1,\"tomorrow\":{\"a\":[1]},"), to: file)
        let next = try site.repository.commit(["file": "two"])
        #expect(try site.sync().status == 0)
        #expect(try site.state["current"]?["commit"]?.string == next)
        #expect(try site.state["tomorrow"]?.text == "{\"a\":[1]}")
    }
}
