import JSON
import Posix
import TestSupport
import Testing

@Suite("Control API", .endToEnd, .timeLimit(.minutes(5)))
struct APITests {
    @Test("status says what the remote has, what is published, and that nothing is left to do")
    func status() throws {
        let site = try Site()
        let sidecar = try site.start("--period=1h")
        try sidecar.waitFor("published")
        let status = try ControlClient(root: site.root).waitForStatus("it waits") { $0["next_attempt"] != .null }
        let tip = try site.tip
        #expect(status["condition"]?.string == "current")
        #expect(status["repository"]?.string == "\(site.repository.path)")
        #expect(status["link"]?.string == site.link)
        #expect(status["period"]?.integer == 3600)
        #expect(status["remote"]?["hash"]?.string == tip)
        #expect(status["published"]?["hash"]?.string == tip)
        #expect(status["published"]?["subject"]?.string == "first")
        #expect(status["published"]?["verified"]?.flag == true)
        #expect(status["running"] == .null)
        #expect(status["lag"]?.integer == 0)
        #expect(status["deployment"] == .null)
        #expect(status["quarantine"]?.elements == [])
        #expect(status["last_failure"] == .null)
        #expect(status["attempt"]?.integer == 1)
        #expect(try sidecar.stop() == 0)
    }

    @Test("going back by hand needs no remote, holds the commit back over a restart, and a newer one ends it")
    func rollback() throws {
        let site = try Site()
        let first = try site.tip
        let arguments = ["--keep-releases=5", "--max-failures=-1"]
        let sidecar = try site.start(arguments)
        try site.waitUntilLive(first)
        let second = try site.repository.commit(["file": "two"])
        try site.waitUntilLive(second)
        let client = ControlClient(root: site.root)
        try client.waitForStatus("the old one is kept") { status in
            (try? client.get("/v1/releases").json["releases"]?.elements?.count) == 2
        }
        try Files.rename(site.repository.path, to: site.path("away"))
        let answer = try client.post("/v1/rollback")
        #expect(answer.status == 202, "\(answer.body)")
        #expect(answer.json["hash"]?.string == first)
        try site.waitUntilLive(first)
        #expect(site.read("file") == "one")
        try client.waitForAttempt(try #require(answer.json["attempt"]?.integer))
        try Files.rename(site.path("away"), to: site.repository.path)
        let status = try client.waitForStatus("it is held back") { $0["condition"]?.string == "held-back" }
        let held = try #require(status["quarantine"]?.elements?.first)
        #expect(held["hash"]?.string == second)
        #expect(held["stage"]?.string == "publish")
        #expect(held["reason"]?.string == "gone back from by hand")
        #expect(status["lag"]?.double.map { $0 > 0 } == true)
        let chosen = try client.get("/v1/releases").json["deployments"]?.elements?.first
        #expect(chosen?["outcome"]?.string == "chosen")
        #expect(chosen?["hash"]?.string == first)
        #expect(try sidecar.stop() == 0)

        let again = try site.start(arguments)
        try again.waitFor("started")
        try client.waitForStatus("it has looked again") { status in
            status["condition"]?.string == "held-back" && (status["attempt"]?.integer ?? 0) > 3
        }
        #expect(site.live == first)
        let third = try site.repository.commit(["file": "three"])
        try site.waitUntilLive(third)
        try client.waitForStatus("nothing is held back") { $0["quarantine"]?.elements == [] }
        #expect(try again.stop() == 0)
    }

    @Test("any release that is kept can be chosen by a part of its hash, and what cannot be is told")
    func choice() throws {
        let site = try Site()
        let first = try site.tip
        let sidecar = try site.start("--keep-releases=5")
        try site.waitUntilLive(first)
        let client = ControlClient(root: site.root)
        #expect(try client.post("/v1/rollback").status == 409)
        let second = try site.repository.commit(["file": "two"])
        try site.waitUntilLive(second)
        let third = try site.repository.commit(["file": "three"])
        try site.waitUntilLive(third)
        try client.waitForStatus("both are kept") { _ in
            (try? client.get("/v1/releases").json["releases"]?.elements?.count) == 3
        }
        let releases = try client.get("/v1/releases?limit=2").json
        #expect(releases["releases"]?.elements?.compactMap { $0["hash"]?.string } == [third, second, first])
        #expect(releases["releases"]?.elements?.compactMap { $0["live"]?.flag } == [true, false, false])
        #expect(releases["deployments"]?.elements?.compactMap { $0["hash"]?.string } == [third, second])
        let refused: [(body: String, status: Int)] = [
            ("{\"hash\": \"\(third)\"}", 409), ("{\"hash\": \"0000000\"}", 404), ("{\"hash\": \"../../x\"}", 400),
            ("{\"hash\": \"12\"}", 400), ("{\"hash\": 12}", 400), ("[]", 400), ("{\"hash\": ", 400),
        ]
        for (body, status) in refused {
            let answer = try client.post("/v1/rollback", body)
            #expect(answer.status == status, "\(body): \(answer.body)")
            #expect(answer.error?.isEmpty == false, "\(answer.body)")
        }
        #expect(site.live == third)
        #expect(try client.post("/v1/rollback", "{\"hash\": \"\(first.prefix(12))\", \"later\": 1}").status == 202)
        try site.waitUntilLive(first)
        let again = try client.waitForStatus("it has been noted") { $0["published"]?["hash"]?.string == first }
        #expect(again["quarantine"]?.elements?.compactMap { $0["hash"]?.string } == [third])
        // What was gone back from is still kept, and can be chosen again; then it is not held back any more.
        #expect(try client.post("/v1/rollback", "{\"hash\": \"\(third)\"}").status == 202)
        try site.waitUntilLive(third)
        try client.waitForStatus("the other is held back") { status in
            status["quarantine"]?.elements?.compactMap { $0["hash"]?.string } == [first]
        }
        #expect(try sidecar.stop() == 0)
    }

    @Test("resume has what was held back deployed")
    func resume() throws {
        let site = try Site()
        let first = try site.tip
        let sidecar = try site.start("--keep-releases=1")
        try site.waitUntilLive(first)
        let second = try site.repository.commit(["file": "two"])
        try site.waitUntilLive(second)
        let client = ControlClient(root: site.root)
        try client.waitForStatus("it is done") { $0["condition"]?.string == "current" }
        #expect(try client.post("/v1/rollback").status == 202)
        try site.waitUntilLive(first)
        let answer = try client.post("/v1/resume")
        #expect(answer.status == 202)
        #expect(answer.json["released"]?.elements?.compactMap(\.string) == [second])
        try site.waitUntilLive(second)
        #expect(try sidecar.stop() == 0)
    }

    @Test("sync looks at once, also where a full hash is live and nobody looks any more")
    func sync() throws {
        let site = try Site()
        let client = ControlClient(root: site.root)
        let sidecar = try site.start("--period=1h")
        try site.waitUntilLive(try site.tip)
        let next = try site.repository.commit(["file": "two"])
        let answer = try client.post("/v1/sync")
        #expect(answer.status == 202)
        try site.waitUntilLive(next)
        try client.waitForAttempt(try #require(answer.json["attempt"]?.integer))
        #expect(try sidecar.stop() == 0)

        let parked = try site.start("--ref=\(next)", "--period=20ms")
        try parked.waitFor("started")
        try client.waitForStatus("it is parked") { $0["condition"]?.string == "current" && $0["next_attempt"] == .null }
        let asked = try #require(try client.post("/v1/sync").json["attempt"]?.integer)
        try client.waitForStatus("the attempt was made") { $0["attempt"]?.integer == asked }
        #expect(try parked.stop() == 0)
    }

    @Test("orders that come during an attempt are carried out by those after it, one after another")
    func queue() throws {
        let site = try Site()
        let first = try site.tip
        let gate = site.path("go")
        let prepare = try site.script(
            "prepare", "[ \"$(cat file)\" = one ] || until [ -e \(gate) ]; do sleep 0.02; done")
        let sidecar = try site.start("--keep-releases=5", "--prepare-command=\(prepare)", "--period=1h")
        try site.waitUntilLive(first)
        let client = ControlClient(root: site.root)
        let second = try site.repository.commit(["file": "two"])
        let running = try #require(try client.post("/v1/sync").json["attempt"]?.integer)
        let busy = try client.waitForStatus("it prepares") { $0["deployment"]?["stage"]?.string == "prepare" }
        #expect(busy["condition"]?.string == "deploying")
        #expect(busy["deployment"]?["hash"]?.string == second)
        #expect(busy["deployment"]?["attempt"]?.integer == running)
        let numbers = try ["/v1/sync", "/v1/sync", "/v1/resume"].map { try client.post($0).json["attempt"]?.integer }
        #expect(numbers == [running + 1, running + 1, running + 2])
        try TestFiles.write("", to: gate)
        try site.waitUntilLive(second)
        try client.waitForStatus("all are done") { $0["attempt"]?.integer == running + 2 && $0["deployment"] == .null }
        #expect(try sidecar.stop() == 0)
    }

    @Test("over a port everybody reads, and only the token changes something; it is read anew each time")
    func token() throws {
        let site = try Site()
        let file = site.path("token")
        try TestFiles.write("first-token\n", to: file, mode: 0o600)
        let sidecar = try site.start(
            "--http-bind=127.0.0.1:0", "--api-token-file=\(file)", "--period=1h", "--verbose=1")
        let client = ControlClient(port: try #require(try sidecar.waitFor("listening")["port"]))
        try sidecar.waitFor("published")
        func bearer(_ token: String) -> [String] { ["--header", "Authorization: Bearer \(token)"] }
        for path in ["/v1/status", "/v1/releases"] { #expect(try client.get(path).status == 200) }
        for path in ["/v1/sync", "/v1/rollback", "/v1/resume"] {
            let answer = try client.post(path)
            #expect(answer.status == 401)
            #expect(answer.head.lowercased().contains("\r\nwww-authenticate: bearer"), "\(answer.head)")
            #expect(try client.ask("POST", path, bearer("wrong")).status == 401)
        }
        // Command lines are not for everybody.
        #expect(try client.get("/v1/processes").status == 401)
        #expect(try client.ask("GET", "/v1/processes", bearer("first-token")).status == 200)
        #expect(try client.ask("POST", "/v1/sync", bearer("first-token")).status == 202)
        #expect(try client.ask("POST", "/v1/sync", ["--header", "Authorization: Basic first-token"]).status == 401)
        try TestFiles.write("second-token", to: file, mode: 0o600)
        #expect(try client.ask("POST", "/v1/sync", bearer("first-token")).status == 401)
        #expect(try client.ask("POST", "/v1/sync", bearer("second-token")).status == 202)
        try TestFiles.write("\n", to: file, mode: 0o600)
        #expect(try client.ask("POST", "/v1/sync", bearer("")).status == 503)
        try TestFiles.remove(file)
        #expect(try client.ask("POST", "/v1/sync", bearer("second-token")).status == 503)
        #expect(sidecar.log.has("the API token cannot be used, so nothing can be changed"))
        #expect(!sidecar.program.log.contains("first-token") && !sidecar.program.log.contains("second-token"))
        // Who may open the socket file needs none.
        #expect(try ControlClient(root: site.root).post("/v1/sync").status == 202)
        #expect(try sidecar.stop() == 0)

        let closed = try site.start("--http-bind=127.0.0.1:0", "--period=1h")
        let port = ControlClient(port: try #require(try closed.waitFor("listening")["port"]))
        #expect(try port.post("/v1/sync").status == 403)
        #expect(try port.get("/v1/status").status == 200)
        #expect(try closed.stop() == 0)
    }

    @Test("a good and a bad deployment are told stage by stage, and what finds nothing is not told")
    func events() throws {
        let site = try Site()
        let validate = try site.script("validate", "cat file; [ \"$(cat file)\" != bad ]")
        let sidecar = try site.start("--validate-command=\(validate)")
        try site.waitUntilLive(try site.tip)
        let client = ControlClient(root: site.root)
        try client.waitForStatus("some looks found nothing") { ($0["attempt"]?.integer ?? 0) > 5 }
        let listener = try client.listen()
        let good = try site.repository.commit(["file": "good"])
        var heard = try listener.wait("the good one") { events in events.contains { $0.name == "attempt" } }
        #expect(heard.first?.name == "status")
        let stages = heard.filter { $0.name == "stage" }
        #expect(stages.allSatisfy { $0.data["hash"]?.string == good })
        #expect(Set(stages.map { $0.data["attempt"]?.integer }).count == 1)
        #expect(
            stages.filter { $0.data["state"]?.string == "ended" }.map { $0.data["stage"]?.string }
                == ["resolve", "fetch", "verify", "stage", "validate", "publish", "keep"])
        let deployment = heard.first { $0.name == "deployment" }?.data
        #expect(deployment?["outcome"]?.string == "deployed")
        #expect(deployment?["hash"]?.string == good)
        #expect(heard.first { $0.name == "attempt" }?.data["outcome"]?.string == "deployed")

        let bad = try site.repository.commit(["file": "bad"])
        heard = try listener.wait("the bad one") { events in
            events.contains { $0.name == "status" && $0.data["condition"]?.string == "held-back" }
        }
        let failed = heard.last { $0.name == "stage" && $0.data["state"]?.string == "failed" }?.data
        #expect(failed?["stage"]?.string == "validate")
        #expect(failed?["hash"]?.string == bad)
        let rejected = heard.last { $0.name == "deployment" }?.data
        #expect(rejected?["outcome"]?.string == "rejected")
        #expect(rejected?["output"]?.string == "bad")
        let end = heard.last { $0.name == "attempt" }?.data
        #expect(end?["outcome"]?.string == "rejected")
        #expect(end?["stage"]?.string == "validate")
        #expect(end?["message"]?.string?.hasPrefix(validate) == true)

        // What is held back is no news at each look; what somebody asked for is told to its end.
        let asked = try #require(try client.post("/v1/sync").json["attempt"]?.integer)
        heard = try listener.wait("what was asked for") { events in
            events.contains { $0.name == "attempt" && $0.data["attempt"]?.integer == asked }
        }
        #expect(heard.last { $0.name == "attempt" }?.data["outcome"]?.string == "held-back")
        #expect(heard.count { $0.name == "attempt" } == 3)
        #expect(heard.count { $0.name == "deployment" } == 2)
        #expect(try sidecar.stop() == 0)
    }

    @Test("what a person chose stays published when the application does not run it, also after a restart")
    func unconfirmed() throws {
        let site = try Site()
        let first = try site.tip
        let health = try site.script("health", "[ ! -e \(site.path("down")) ]")
        let arguments = [
            "--health-command=\(health)", "--health-timeout=200ms", "--health-interval=20ms", "--period=100ms",
            "--max-failures=-1",
        ]
        let sidecar = try site.start(arguments)
        try site.waitUntilLive(first)
        let second = try site.repository.commit(["file": "two"])
        let client = ControlClient(root: site.root)
        try client.waitForStatus("the second is confirmed") { status in
            status["running"]?["hash"]?.string == second && status["condition"]?.string == "current"
        }
        try TestFiles.write("", to: site.path("down"))
        let listener = try client.listen()
        let asked = try #require(try client.post("/v1/rollback").json["attempt"]?.integer)
        let heard = try listener.wait("its end") { events in
            events.contains { $0.name == "attempt" && $0.data["attempt"]?.integer == asked }
        }
        let end = heard.last { $0.name == "attempt" && $0.data["attempt"]?.integer == asked }?.data
        #expect(end?["outcome"]?.string == "failed")
        #expect(end?["stage"]?.string == "confirm")
        let chosen = heard.last { $0.name == "deployment" }?.data
        #expect(chosen?["outcome"]?.string == "chosen")
        #expect(chosen?["reason"]?.string?.isEmpty == false)
        let status = try client.waitForStatus("it is said") { $0["condition"]?.string == "unconfirmed" }
        #expect(status["running"]?["hash"]?.string == second)
        #expect(try sidecar.stop() == 0)

        let again = try site.start(arguments)
        try again.waitFor("sync failed; what is live stays", count: 2)
        #expect(site.live == first)
        try Files.remove(site.path("down"))
        try client.waitForStatus("it is confirmed") { status in
            status["running"]?["hash"]?.string == first && status["condition"]?.string == "held-back"
        }
        #expect(site.live == first)
        #expect(try again.stop() == 0)
    }

    @Test("how far the remote is ahead is a metric, and zero again when it is live")
    func lag() throws {
        let site = try Site()
        let validate = try site.script("validate", "[ \"$(cat file)\" != bad ]")
        let sidecar = try site.start(
            "--validate-command=\(validate)", "--http-bind=127.0.0.1:0", "--http-metrics")
        let client = ControlClient(port: try #require(try sidecar.waitFor("listening")["port"]))
        func metric(_ name: String) throws -> Double? {
            let lines = try client.get("/metrics").body.split(separator: "\n")
            return lines.first { $0.hasPrefix("\(name) ") }.flatMap { Double($0.split(separator: " ")[1]) }
        }
        try site.waitUntilLive(try site.tip)
        #expect(try metric("git_sidecar_lag_seconds") == 0)
        try site.repository.commit(["file": "bad"])
        try waitUntil("it grows") { try metric("git_sidecar_lag_seconds").map { $0 > 0.1 } == true }
        try site.waitUntilLive(try site.repository.commit(["file": "good"]))
        #expect(try metric("git_sidecar_lag_seconds") == 0)
        for name in ["git_sidecar_disk_free_bytes", "git_sidecar_disk_size_bytes"] {
            #expect(try metric(name).map { $0 > 0 } == true, "\(name)")
        }
        let text = try client.get("/metrics").body
        for part in ["store", "release"] { #expect(text.contains("git_sidecar_disk_used_bytes{part=\"\(part)\"} ")) }
        #expect(try sidecar.stop() == 0)
    }

    @Test("paths, methods and bodies that mean nothing get their status and a JSON text, and cost nothing")
    func misuse() throws {
        let site = try Site()
        let sidecar = try site.start("--period=1h")
        try sidecar.waitFor("published")
        let client = ControlClient(root: site.root)
        let cases: [(method: String, path: String, status: Int)] = [
            ("GET", "/v1", 404), ("GET", "/v1/", 404), ("GET", "/v1/nothing", 404), ("GET", "/v1/status/", 404),
            ("GET", "/v1/../v1/status", 404), ("GET", "/v1/%2e%2e/state.json", 404), ("POST", "/v1/status", 405),
            ("DELETE", "/v1/releases", 405), ("GET", "/v1/sync", 405), ("PUT", "/v1/rollback", 405),
            ("GET", "/v1/releases?limit=x", 400), ("GET", "/v1/releases?limit=-1", 400),
        ]
        for (method, path, status) in cases {
            let answer = try client.ask(method, path, ["--path-as-is"])
            #expect(answer.status == status, "\(method) \(path): \(answer.status)")
            #expect(answer.error?.isEmpty == false, "\(method) \(path): \(answer.body)")
            if status == 405 { #expect(answer.head.contains("\r\nAllow: ")) }
        }
        #expect(try client.post("/v1/sync", "{").status == 400)
        #expect(try client.post("/v1/sync", "\u{0}").status == 400)
        #expect(try client.post("/v1/sync", String(repeating: "x", count: 2 << 20)).status == 413)
        for path in ["/v1/status", "/v1/events"] {
            let answer = try client.ask("HEAD", path)
            #expect(answer.status == 200)
            #expect(answer.body.isEmpty)
        }
        #expect(try client.status()["attempt"]?.integer == 1)
        #expect(try sidecar.stop() == 0)
    }

    @Test("processes says which of them a signal would reach, and why the others not")
    func processes() throws {
        let site = try Site()
        let name = "target\(CurrentProcess.processID % 10_000)"
        try TestFiles.write(try TestFiles.read("/bin/sleep"), to: site.path(name), mode: 0o755)
        let target = try BackgroundProgram([site.path(name), "600"], log: site.path("target.log"))
        let sidecar = try site.start(
            "--signal=CONT", "--signal-target=name:\(name)", "--signal-target=name:nobody-\(name)", "--period=1h")
        let client = ControlClient(root: site.root)
        try waitUntil("it answers") { TestFiles.exists("\(site.root)/.git-sidecar/control.sock") }
        let json = try client.get("/v1/processes").json
        let targets = try #require(json["targets"]?.elements)
        #expect(targets.map { $0["target"]?.string } == ["name:\(name)", "name:nobody-\(name)"])
        #expect(targets.first?["problem"] == .null)
        #expect(targets.last?["problem"]?.string?.contains("no process matches") == true)
        let list = try #require(json["processes"]?.elements)
        func process(_ number: Int32) -> JSONValue? { list.first { $0["pid"]?.integer == Int(number) } }
        let found = try #require(process(target.processID))
        #expect(found["signalled"]?.flag == true)
        #expect(found["why"]?.string == "root of the tree that name:\(name) finds")
        #expect(found["command"]?.string == "\(site.path(name)) 600")
        #expect(found["uid"]?.integer == Int(CurrentProcess.effectiveUserID))
        #expect((found["memory"]?.integer ?? 0) > 0)
        let ours = try #require(process(sidecar.program.processID))
        #expect(ours["signalled"]?.flag == false)
        #expect(ours["why"]?.string == "the sidecar itself")
        #expect(list.count { $0["signalled"]?.flag == true } == 1)
        target.stop()
    }
}
