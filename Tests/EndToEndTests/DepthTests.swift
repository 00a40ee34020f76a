import TestSupport
import Testing

@Suite("Depth", .endToEnd, .timeLimit(.minutes(5)))
struct DepthTests {
    static let carriers = ["file", "http", "ssh"]

    /// The site over another road, and the parameters that it needs.
    private func reach(_ site: Site, over carrier: String) throws -> (Site, access: [String]) {
        switch carrier {
        case "http": return (site.overHTTP(try Servers.http.get()), [])
        case "ssh":
            let server = try Servers.ssh.get()
            var site = site
            site.url = server.url(Servers.path(site))
            return (site, try site.sshAccess(to: server))
        default: return (site, [])
        }
    }

    @Test("a depth changed from 1 to 2 to 1 to 0 on the same root shows in the release's history", arguments: carriers)
    func changed(carrier: String) throws {
        let (site, access) = try reach(Site(), over: carrier)
        for number in 2...4 { try site.repository.commit(["file": .text("\(number)")]) }
        for (depth, count) in [(1, "1"), (2, "2"), (1, "1"), (0, "4")] {
            let run = try site.sync(["--depth=\(depth)"] + access)
            #expect(run.status == 0)
            #expect(try site.git("rev-list", "--count", "HEAD") == count, "at depth \(depth)")
            #expect(try site.git("status", "--porcelain") == "")
        }
    }

    @Test("a push to a shallow clone brings what changed, and not the rest of the tree", arguments: carriers)
    func economical(carrier: String) throws {
        let content: [String: GitFixture.File] = [
            "file": "one", "large": .text((0..<20_000).map { _ in "\(UInt64.random(in: .min ... .max))" }.joined()),
            "folder/other": "other",
        ]
        let (site, access) = try reach(Site(content), over: carrier)
        #expect(try site.sync(["--depth=1"] + access).status == 0)
        for number in 2...4 {
            try site.repository.commit(["file": .text("\(number)")])
            let run = try site.sync(["--depth=1"] + access)
            #expect(run.status == 0)
            // A commit, a tree and a file.
            #expect(run.log.with("fetched").compactMap { $0["objects"] } == ["3"], "\(run.errors)")
        }
        #expect(try site.git("rev-list", "--count", "HEAD") == "1")
        #expect(try site.git("status", "--porcelain") == "")
        #expect(try site.git("fsck", "--connectivity-only").contains("missing") == false)
    }

    @Test("a depth stays what it is when commits come", arguments: [1, 2])
    func kept(depth: Int) throws {
        let site = try Site()
        for number in 2...4 {
            try site.repository.commit(["file": .text("\(number)")])
            #expect(try site.sync("--depth=\(depth)").status == 0)
            #expect(try site.git("rev-list", "--count", "HEAD") == "\(depth)")
        }
    }

    @Test("without a depth one commit is fetched")
    func standard() throws {
        let site = try Site()
        try site.repository.commit(["file": "two"])
        #expect(try site.sync().status == 0)
        #expect(try site.git("rev-list", "--count", "HEAD") == "1")
    }
}

extension Site {
    /// The parameters that let a sidecar into a server over ssh.
    func sshAccess(to server: GitSSHServer) throws -> [String] {
        try TestFiles.write(server.knownHosts, to: path("known_hosts"))
        return [
            "--ssh-key-file=\(try GitSSHServer.clientKeyPath())", "--ssh-known-hosts-file=\(path("known_hosts"))",
        ]
    }
}
