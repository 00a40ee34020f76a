import Posix
import TestSupport
import Testing

@Suite("A full hash", .endToEnd, .timeLimit(.minutes(5)))
struct FullHashTests {
    @Test("a full hash is published, and nothing more is asked of the remote then")
    func parked() throws {
        let server = try Servers.http.get()
        let site = try Site().overHTTP(server)
        let sidecar = try site.start("--ref=\(try site.tip)", "--period=10ms", "--verbose=1")
        try site.waitUntilLive(try site.tip)
        try sidecar.waitFor("waiting")
        let requests = try site.requests(to: server).count
        // A sidecar that still polled would do so a dozen times while another one works from its start to its end.
        var other = site
        other.root = site.path("other")
        #expect(try other.sync("--ref=\(try site.tip)").status == 0)
        #expect(try site.requests(to: server).count == 2 * requests)
        #expect(sidecar.log.with("waiting").count == 1)
        #expect(try sidecar.stop() == 0)
    }

    @Test(
        "a full hash costs two requests, and none at all when it is live at the start, so that the remote may be away")
    func frugal() throws {
        let server = try GitHTTPServer(serving: "/dev/shm")
        defer { server.stop() }
        let site = try Site().overHTTP(server)
        let parameter = "--ref=\(try site.tip)"
        #expect(try site.sync(parameter).status == 0)
        #expect(try site.requests(to: server).map(\.method) == ["GET", "POST"])
        server.stop()
        let run = try site.sync(parameter)
        #expect(run.status == 0)
        #expect(!run.log.contains { $0.level == "error" })
    }

    @Test("a full hash that is no tip is fetched where the server allows it")
    func noTip() throws {
        let server = try GitHTTPServer(serving: "/dev/shm", .init { $0.allowsAnySHA1 = true })
        let site = try Site().overHTTP(server)
        let first = try site.tip
        try site.repository.commit(["file": "two"])
        #expect(try site.sync("--ref=\(first)").status == 0)
        #expect(site.live == first)
        #expect(site.read("file") == "one")
    }

    @Test("a full hash that is no tip is read from a repository on this machine")
    func noTipLocally() throws {
        let site = try Site()
        let first = try site.tip
        try site.repository.commit(["file": "two"])
        #expect(try site.sync("--ref=\(first)").status == 0)
        #expect(site.live == first)
    }

    @Test("a full hash that nobody has fails with its name", arguments: [true, false])
    func unknown(overHTTP: Bool) throws {
        let site = overHTTP ? try Site().overHTTP(try Servers.http.get()) : try Site()
        let hash = "0123456789abcdef0123456789abcdef01234567"
        let run = try site.sync("--ref=\(hash)")
        #expect(run.status == 1)
        let error = try #require(run.log.compactMap(\.error).last)
        #expect(error.contains(hash), "\(error)")
        #expect(site.live == nil)
    }

    @Test("a switch from a full hash back to a branch is followed")
    func backToBranch() throws {
        let site = try Site()
        let first = try site.tip
        let second = try site.repository.commit(["file": "two"])
        for (name, commit) in [("main", second), (first, first), ("main", second)] {
            #expect(try site.sync("--ref=\(name)").status == 0)
            #expect(site.live == commit)
        }
    }

    @Test("an annotated tag's own hash stands for its commit")
    func hashOfTag() throws {
        let site = try Site()
        let tag = try site.repository.tag("v1", annotated: true)
        #expect(try site.sync("--ref=\(tag)").status == 0)
        #expect(site.live == (try site.tip))
        #expect(site.read("file") == "one")
    }
}
