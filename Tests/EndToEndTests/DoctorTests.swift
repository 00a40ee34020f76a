import Posix
import TestSupport
import Testing

@Suite("Doctor and check", .endToEnd, .timeLimit(.minutes(5)))
struct DoctorTests {
    private func run(_ name: String, _ site: Site, _ more: String..., under wrapper: [String] = []) throws -> Run {
        try Sidecar.run(site.arguments(more) + [name], under: wrapper)
    }

    /// The lines about a subject, less what comes before its text.
    private func lines(_ run: Run, _ level: String, _ subject: String) -> [String] {
        run.output.split(separator: "\n").filter { line in
            line.hasPrefix(level.padded(9) + subject.padded(15))
        }.map { String($0.dropFirst(24)) }
    }

    @Test("nothing is wrong: each thing is named, and nothing is made", arguments: ["check", "doctor"])
    func well(name: String) throws {
        let site = try Site().overHTTP(try Servers.http.get())
        let run = try run(name, site)
        #expect(run.status == 0, "\(run.output)")
        let tip = try site.tip
        #expect(lines(run, "ok", "reference") == ["HEAD is refs/heads/main at \(tip)"], "\(run.output)")
        #expect(lines(run, "ok", "root") == ["\(site.root) will be made"])
        #expect(lines(run, "ok", "credentials") == ["none are needed"])
        #expect(lines(run, "ok", "network").first?.contains("connected after") == true, "\(run.output)")
        #expect(lines(run, "warning", "encryption").count == 1)
        #expect(lines(run, "ok", "clock").count == (name == "doctor" ? 1 : 0), "\(run.output)")
        #expect(lines(run, "ok", "disk").count == (name == "doctor" ? 1 : 0))
        #expect(!TestFiles.exists(site.root))
    }

    @Test("beside a running sidecar both work, change nothing, and the doctor asks it how it is")
    func running() throws {
        let site = try Site()
        // At rest, it leaves its root alone.
        let sidecar = try site.start("--period=1h")
        try sidecar.waitFor("published")
        var before: [String] = []
        try waitUntil("the sidecar is at rest") {
            let status = try Sidecar.run(["--root=\(site.root)", "status", "--json"]).output
            let last = before
            before = try everything(below: site.root)
            return status.contains("\"deployment\":null") && before == last
        }
        #expect(try run("check", site).status == 0)
        let doctor = try run("doctor", site)
        #expect(doctor.status == 0, "\(doctor.output)")
        #expect(
            lines(doctor, "ok", "sidecar").first?.contains("runs on \(site.root) and answers") == true,
            "\(doctor.output)")
        #expect(lines(doctor, "ok", "file system") == ["writes, links and exchanges in one step"])
        #expect(lines(doctor, "ok", "link") == ["\(site.link) is release \(try site.tip)"])
        #expect(try everything(below: site.root) == before)
        #expect(try sidecar.stop() == 0)
    }

    private func everything(below root: String) throws -> [String] {
        try runProgram(["find", root]).succeeded().output.split(separator: "\n").map(String.init).sorted()
    }

    @Test("wrong credentials are called so, with what to do")
    func credentials() throws {
        let server = try Servers.httpWithPassword.get()
        var site = try Site().overHTTP(server)
        let none = try run("check", site)
        #expect(none.status == 1)
        #expect(lines(none, "problem", "credentials").count == 1, "\(none.output)")
        try TestFiles.write("wrong one", to: site.path("password"))
        let wrong = try run("doctor", site, "--username=somebody", "--password-file=\(site.path("password"))")
        #expect(wrong.status == 1)
        #expect(lines(wrong, "problem", "credentials").count == 1, "\(wrong.output)")
        #expect(!wrong.output.contains("wrong one"))
        try TestFiles.write("right password", to: site.path("password"))
        let right = try run("check", site, "--username=somebody", "--password-file=\(site.path("password"))")
        #expect(lines(right, "ok", "credentials") == ["accepted: the user somebody"], "\(right.output)")
        site.url = "http://127.0.0.1:1/nothing.git"
        let refused = try run("check", site)
        #expect(lines(refused, "problem", "network").count == 1, "\(refused.output)")
    }

    @Test("a missing reference and a missing repository are told apart")
    func missing() throws {
        var site = try Site()
        let reference = try run("check", site, "--ref=nothing")
        #expect(reference.status == 1)
        #expect(lines(reference, "problem", "reference").count == 1, "\(reference.output)")
        #expect(reference.output.contains("Check --ref"), "\(reference.output)")
        site.url = "file://\(site.path("nothing"))"
        #expect(try run("check", site).status == 1)
    }

    @Test("host keys are shown with their fingerprints, and an unknown one is a problem")
    func hostKeys() throws {
        let server = try Servers.ssh.get()
        var site = try Site()
        site.url = server.url(Servers.path(site))
        let key = "--ssh-key-file=\(try GitSSHServer.clientKeyPath())"
        let fingerprint = try server.hostKeyFingerprint()
        try TestFiles.write(server.knownHosts, to: site.path("known_hosts"))
        let known = try run("doctor", site, key, "--ssh-known-hosts-file=\(site.path("known_hosts"))")
        #expect(known.status == 0, "\(known.output)")
        #expect(lines(known, "ok", "host key").first?.contains(fingerprint) == true, "\(known.output)")
        #expect(lines(known, "ok", "credentials").first?.hasPrefix("accepted: ") == true)
        try TestFiles.write(server.knownHostsWithAnotherKey(), to: site.path("known_hosts"))
        let changed = try run("check", site, key, "--ssh-known-hosts-file=\(site.path("known_hosts"))")
        #expect(changed.status == 1)
        #expect(lines(changed, "problem", "host key").count == 1, "\(changed.output)")
        #expect(changed.output.contains(fingerprint), "\(changed.output)")
    }

    @Test("a target that is missing is a warning, and one of another user a problem", .enabled(if: isRoot))
    func target() throws {
        let site = try Site()
        let name = "target-\(UInt32.random(in: .min ... .max))"
        let more = ["--signal=HUP", "--signal-target=cmdline:\(name)"]
        let missing = try run("check", site, more[0], more[1])
        #expect(missing.status == 0)
        #expect(lines(missing, "warning", "target").count == 1, "\(missing.output)")
        let application = try BackgroundProgram(
            ["sh", "-c", "while :; do sleep 1; done", name], environment: try hermeticEnvironment(adding: [:]),
            log: site.path("application"))
        let found = try run("check", site, more[0], more[1])
        #expect(
            lines(found, "ok", "target").first?.contains("is process \(application.processID) (sh)") == true,
            "\(found.output)")
        try runProgram(["chmod", "-R", "a+rwX", site.directory]).succeeded()
        let other = try run(
            "check", site, more[0], more[1],
            under: ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups"])
        #expect(other.status == 1)
        #expect(lines(other, "problem", "target").count == 1, "\(other.output)")
    }

    @Test("a root that may not be written, and a link where something foreign lies, are problems", .enabled(if: isRoot))
    func permissions() throws {
        let site = try Site()
        try Files.makeDirectory(site.root, mode: 0o755)
        try TestFiles.write("precious", to: site.link)
        let foreign = try run("check", site)
        #expect(foreign.status == 1)
        #expect(lines(foreign, "problem", "link").count == 1, "\(foreign.output)")
        #expect(try TestFiles.text(site.link) == "precious")
        let user = ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups"]
        try runProgram(["chmod", "-R", "a+rX", site.directory]).succeeded()
        let forbidden = try run("doctor", site, under: user)
        #expect(forbidden.status == 1)
        #expect(
            lines(forbidden, "problem", "root") == ["we may not write in \(site.root)"], "\(forbidden.output)")
        #expect(forbidden.output.contains("We run as user 65533;"), "\(forbidden.output)")
    }

    @Test("wrong parameters end with 2, and nothing else is looked at", arguments: ["check", "doctor"])
    func usage(name: String) throws {
        let run = try Sidecar.run(["--repo=git://host/repo", name])
        #expect(run.status == 2)
        #expect(run.output == "")
        #expect(run.errors.contains("--root: is required"))
    }

    @Test("too little room is a problem")
    func disk() throws {
        let run = try run("doctor", try Site(), "--min-free-space=1000000GiB")
        #expect(run.status == 1)
        #expect(lines(run, "problem", "disk").count == 1, "\(run.output)")
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
