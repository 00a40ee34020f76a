import JSON
import Posix
import TestSupport
import Testing

@Suite("nginx on what is published", .endToEnd, .timeLimit(.minutes(3)))
struct NginxTests {
    private func page(_ number: Int) -> GitFixture.File {
        // Long enough for several reads: half of one page and half of another would show.
        .text("page \(number) " + String(repeating: "\(number % 10)", count: 100_000) + " end\n")
    }

    private func serve(_ site: Site, http: String = "", server: String) throws -> (BackgroundProgram, port: UInt16) {
        let port = try freePort()
        let text = Application.nginxConfiguration(directory: site.directory, port: port, http: http, server: server)
        try TestFiles.write(text, to: site.path("nginx.conf"))
        return (try Application.nginx(site.path("nginx.conf"), directory: site.directory), port)
    }

    @Test("it serves each of a hundred releases through the link under load, without a signal and without a failure")
    func underLoad() throws {
        let site = try Site(["index.html": page(0)])
        let sidecar = try site.start("--period=10ms")
        try site.waitUntilLive(try site.tip)
        let (nginx, port) = try serve(site, server: "root \(site.link); index index.html;")
        defer { nginx.stop() }
        try waitUntil("it serves: \(nginx.log)") { (try? ask(port))?.status == 200 }
        let load = try LoadClient(port: port, expecting: "^page [0-9]+ ([0-9])\\\\1* end\\n$")
        defer { load.stop() }
        for number in 1...100 { try site.waitUntilLive(try site.repository.commit(["index.html": page(number)])) }
        #expect(try ask(port).body.hasPrefix("page 100 "))
        let result = try load.finish()
        #expect(result.failures == "")
        #expect(result.requests > 100 && result.answers > 10, "\(result)")
        #expect(try sidecar.stop() == 0)
    }

    @Test("one that keeps files open shows the new release after the signal")
    func openFileCache() throws {
        let site = try Site(["index.html": page(0)])
        let sidecar = try site.start(
            "--signal=HUP", "--signal-target=pidfile:\(site.path("nginx.pid"))", "--health-timeout=10s")
        try site.waitUntilLive(try site.tip)
        let (nginx, port) = try serve(
            site, http: "open_file_cache max=10 inactive=1h; open_file_cache_valid 1h;",
            server: "root \(site.link); index index.html;")
        defer { nginx.stop() }
        try sidecar.waitUntilConfirmed(try site.tip)
        let load = try LoadClient(port: port, expecting: "^page [0-9]+ ([0-9])\\\\1* end\\n$", forgivingResets: true)
        defer { load.stop() }
        for number in 1...10 {
            try waitUntil("the page before is in the cache") { try ask(port).body.hasPrefix("page \(number - 1) ") }
            let commit = try site.deploy(["index.html": page(number)], with: sidecar)
            let line = try #require(sidecar.log.with("application told").last)
            #expect(line["outcome"] == "sent HUP to process \(nginx.processID) (nginx)")
            #expect(site.live == commit)
        }
        try waitUntil("it shows the last page") { try ask(port).body.hasPrefix("page 10 ") }
        #expect(try load.finish().failures == "")
        #expect(try sidecar.stop() == 0)
    }

    @Test("a configuration that nginx refuses is never published, and the good one after it goes live")
    func configuration() throws {
        let port = try freePort()
        func files(_ answer: String, more: String = "") -> [String: GitFixture.File] {
            [
                "nginx.conf": .text(
                    Application.nginxConfiguration(
                        directory: Scratch.directory, port: port, server: "return 200 '\(answer)'; \(more)"))
            ]
        }
        let site = try Site(files("one"))
        let sidecar = try site.start(
            "--validate-command=nginx -t -q -e stderr -p . -c nginx.conf", "--signal=HUP",
            "--signal-target=port:\(port)",
            "--health-url=http://127.0.0.1:\(port)/", "--health-timeout=10s")
        try site.waitUntilLive(try site.tip)
        let nginx = try Application.nginx("\(site.link)/nginx.conf", directory: site.directory)
        defer { nginx.stop() }
        let first = try site.tip
        try sidecar.waitUntilConfirmed(first)
        try site.repository.commit(files("two", more: "nonsense;"))
        let line = try sidecar.waitFor("rejected; what is live stays")
        #expect(line["stage"] == "validate")
        #expect(line["output"]?.contains(#"unknown directive "nonsense""#) == true, "\(line)")
        #expect(site.live == first)
        #expect(try ask(port).body == "one")
        let held = try #require(try site.quarantine.first)
        #expect(held["output"]?.string?.contains(#"unknown directive "nonsense""#) == true)
        #expect(held["reason"]?.string == "nginx exited with code 1")
        let third = try site.deploy(files("three"), with: sidecar)
        #expect(site.live == third)
        try waitUntil("the new workers answer") { try ask(port).body == "three" }
        try site.waitForOutcomes(["deployed", "rejected", "deployed"])
        #expect(try site.quarantine.isEmpty)
        #expect(try sidecar.stop() == 0)
    }
}
