import Posix
import TestSupport
import Testing

@Suite("HTTP", .endToEnd, .timeLimit(.minutes(5)))
struct HTTPTests {
    /// The lines of the kernel's tables that say on which TCP ports a sidecar listens.
    private func listeners(_ sidecar: RunningSidecar) throws -> [Substring] {
        let process = "/proc/\(sidecar.program.processID)"
        let sockets = try TestFiles.list(process + "/fd").compactMap { name in
            TestFiles.linkTarget("\(process)/fd/\(name)").flatMap { link in
                link.hasPrefix("socket:[") ? link.dropFirst(8).dropLast() : nil
            }
        }
        return try ["tcp", "tcp6"].filter { TestFiles.exists("\(process)/net/\($0)") }.flatMap { table in
            try TestFiles.text("\(process)/net/\(table)").split(separator: "\n").filter { line in
                let fields = line.split(separator: " ")
                // State and inode.
                return fields.count > 9 && fields[3] == "0A" && sockets.contains(fields[9])
            }
        }
    }

    @Test("/ answers 503 until the first success, and 200 from then on")
    func readiness() throws {
        let site = try Site()
        try Files.rename(site.repository.path, to: site.path("away"))
        let sidecar = try site.start("--http-bind=127.0.0.1:0", "--max-failures=-1")
        try sidecar.waitFor("sync failed; nothing is published yet")
        #expect(try sidecar.ask("/").status == 503)
        try Files.rename(site.path("away"), to: site.repository.path)
        try waitUntil("it is ready") { try sidecar.ask("/").status == 200 }
        #expect(site.read("file") == "one")
        #expect(try sidecar.stop() == 0)
    }

    @Test("/metrics has the names that dashboards of git-sync know, and /debug/pprof/ the process")
    func metrics() throws {
        let site = try Site()
        let sidecar = try site.start(
            "--http-bind=127.0.0.1:0", "--http-metrics", "--http-pprof", "--exechook-command=/bin/true")
        try sidecar.waitFor("hook ran")
        let metrics = try sidecar.ask("/metrics")
        #expect(metrics.status == 200)
        for line in [
            #"git_sync_count_total{status="success"} 1"#, "git_fetch_count_total 1",
            #"git_sync_hook_run_count_total{name="exechook",status="success"} 1"#,
            #"git_sync_duration_seconds_count{status="success"} 1"#, "git_sync_askpass_calls",
            "git_sync_refresh_github_app_token_count",
        ] { #expect(metrics.body.contains(line), "\(line)") }
        let state = try sidecar.ask("/debug/pprof/")
        #expect(state.status == 200)
        #expect(state.body.contains("threads"), "\(state.body)")
        #expect(try sidecar.stop() == 0)
    }

    @Test(
        "it may listen on every address, on one, or on one of version 6",
        arguments: [(":", "127.0.0.1"), ("127.0.0.1:", "127.0.0.1"), ("[::1]:", "[::1]")])
    func addresses(bind: String, host: String) throws {
        if host == "[::1]", !TestFiles.exists("/proc/net/if_inet6") { return }
        let site = try Site()
        let sidecar = try site.start("--http-bind=\(bind)0")
        try sidecar.waitFor("published")
        let port = try #require(try sidecar.waitFor("listening")["port"])
        let ask = ["curl", "--silent", "--globoff", "--write-out", "%{http_code}", "http://\(host):\(port)/"]
        try waitUntil("it is ready at \(host)") { try runProgram(ask).output.hasSuffix("200") }
        #expect(try sidecar.stop() == 0)
    }

    @Test("without the parameters nothing of it is there")
    func off() throws {
        let site = try Site()
        let silent = try site.start()
        try silent.waitFor("published")
        #expect(!silent.log.has("listening"))
        #expect(try listeners(silent) == [])
        #expect(try silent.stop() == 0)
        let sidecar = try site.start("--http-bind=127.0.0.1:0")
        #expect(try sidecar.ask("/metrics").status == 404)
        #expect(try listeners(sidecar).count == 1)
        #expect(try sidecar.ask("/debug/pprof/").status == 404)
        #expect(try sidecar.stop() == 0)
    }

    @Test("a port that is taken is named, with 1 as the exit code")
    func taken() throws {
        try withScriptedServer([.staySilent]) { server in
            let run = try Sidecar.run(try Site().arguments(["--http-bind=127.0.0.1:\(server.port)"]))
            #expect(run.status == 1)
            #expect(run.errors.contains("127.0.0.1:\(server.port)"), "\(run.errors)")
        }
    }
}
