import Posix
import TestSupport
import Testing

@Suite("The exec hook", .endToEnd, .timeLimit(.minutes(5)))
struct ExecHookTests {
    /// A hook that notes each run, with what it was given, in the file `runs`.
    private func notingHook(_ site: Site, then more: String = "") throws -> String {
        try site.script("hook", "echo \"$GITSYNC_HASH $(pwd -P)\" >> \(site.path("runs"))\n\(more)")
    }

    private func runs(_ site: Site) -> [String] {
        ((try? TestFiles.text(site.path("runs"))) ?? "").split(separator: "\n").map { String($0) }
    }

    @Test("it runs in the release after publishing with the hash in its environment, and its output is logged")
    func surroundings() throws {
        let site = try Site()
        let hook = try notingHook(site, then: "readlink \(site.link); cat file; echo problem >&2")
        let sidecar = try site.start("--exechook-command=\(hook)")
        let line = try sidecar.waitFor("hook ran")
        let tip = try site.tip
        #expect(runs(site) == ["\(tip) \(site.root)/.worktrees/\(tip)"])
        #expect(line["hash"] == tip)
        #expect(line["output"] == ".worktrees/\(tip)\noneproblem\n")
        #expect(line["hook"] == "exechook")
        #expect(try sidecar.stop() == 0)
    }

    @Test("it does not delay the next release, and runs for the newest one only")
    func newestOnly() throws {
        let site = try Site()
        let hook = try notingHook(site, then: "while [ ! -e \(site.path("go")) ]; do sleep 0.01; done")
        let sidecar = try site.start("--exechook-command=\(hook)", "--verbose=1")
        try waitUntil("the hook runs") { runs(site).count == 1 }
        var commits = [try site.tip]
        for number in 2...4 {
            commits.append(try site.repository.commit(["file": .text("\(number)")]))
            try site.waitUntilLive(commits[number - 1])
        }
        // The hook is told after the link is swapped, and before the next pause.
        try sidecar.waitFor("published", count: commits.count)
        try sidecar.waitFor("waiting", count: sidecar.log.with("waiting").count + 1)
        #expect(runs(site).count == 1)
        try TestFiles.write("", to: site.path("go"))
        try sidecar.waitFor("hook ran", count: 2)
        #expect(runs(site).map { $0.prefix(40) } == [commits[0].prefix(40), commits[3].prefix(40)])
        #expect(try sidecar.stop() == 0)
    }

    @Test("it is run again after the backoff until it succeeds, and then no more")
    func retried() throws {
        let site = try Site()
        let hook = try notingHook(site, then: "test $(wc -l < \(site.path("runs"))) -ge 3 || { echo not yet; exit 7; }")
        let sidecar = try site.start("--exechook-command=\(hook)", "--exechook-backoff=30ms", "--verbose=1")
        try sidecar.waitFor("hook ran")
        #expect(runs(site).count == 3)
        let failures = sidecar.log.with("hook failed")
        #expect(failures.count == 2)
        #expect(failures.first?.error == "\(hook) exited with code 7")
        #expect(failures.first?["output"] == "not yet\n")
        let polls = sidecar.log.with("waiting").count
        try sidecar.waitFor("waiting", count: polls + 5)
        #expect(runs(site).count == 3)
        #expect(try sidecar.stop() == 0)
    }

    @Test("it runs once more at the start, although nothing is new")
    func atStart() throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        let hook = try notingHook(site)
        for count in 1...2 {
            let sidecar = try site.start("--exechook-command=\(hook)")
            try sidecar.waitFor("hook ran")
            #expect(try sidecar.stop() == 0)
            #expect(runs(site).count == count)
        }
    }

    @Test("with --one-time it runs once, and its failure is the exit code although the release is published")
    func oneTime() throws {
        let site = try Site()
        #expect(try site.sync("--exechook-command=\(try notingHook(site))").status == 0)
        #expect(runs(site).count == 1)
        let next = try site.repository.commit(["file": "two"])
        let run = try site.sync("--exechook-command=\(try notingHook(site, then: "exit 1"))")
        #expect(run.status == 1)
        #expect(runs(site).count == 2)
        #expect(site.live == next)
    }

    @Test("its timeout ends it with all that it started, and the loop goes on")
    func timeout() throws {
        let site = try Site()
        let hook = try notingHook(site, then: "sleep 1000 & sleep 1000")
        let sidecar = try site.start(
            "--exechook-command=\(hook)", "--exechook-timeout=100ms", "--exechook-backoff=1h")
        let line = try sidecar.waitFor("hook failed")
        #expect(line.error == "\(hook) did not end within 0.1 s")
        try waitUntil("only the sidecar is left") { try leftovers().count == 1 }
        let next = try site.repository.commit(["file": "two"])
        try site.waitUntilLive(next)
        #expect(try sidecar.stop() == 0)
    }

    @Test("what it leaves in the background ends with it")
    func leavesChildren() throws {
        let site = try Site()
        let hook = try notingHook(site, then: "sleep 1000 > /dev/null 2>&1 &")
        #expect(try site.sync("--exechook-command=\(hook)").status == 0)
        try expectNoLeftovers()
    }

    @Test("a flood of output is cut to its beginning and its end")
    func flood() throws {
        let site = try Site()
        let hook = try notingHook(site, then: "echo first; yes flood | head -c 20000000; echo last")
        let run = try site.sync("--exechook-command=\(hook)")
        #expect(run.status == 0)
        #expect(run.errors.utf8.count < 64 * 1024)
        #expect(run.log.with("hook ran").last?["output"]?.hasPrefix("first\n") == true)
    }

    @Test("output of any bytes is logged as valid text")
    func anyBytes() throws {
        let site = try Site()
        let hook = try notingHook(site, then: #"printf 'a\377\000\033[31m"\\\r\n\342\200\250'"#)
        let run = try site.sync("--exechook-command=\(hook)")
        #expect(run.status == 0)
        #expect(run.log.allSatisfy { $0.json != nil })
        #expect(!run.errors.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
    }

    @Test(
        "a program that is missing or may not be run is named, and the loop goes on", arguments: ["missing", "plain"])
    func unusable(kind: String) throws {
        let site = try Site()
        let hook = site.path(kind)
        if kind == "plain" { try TestFiles.write("#!/bin/sh\n", to: hook) }
        let sidecar = try site.start("--exechook-command=\(hook)", "--exechook-backoff=20ms")
        let line = try sidecar.waitFor("hook failed", count: 2)
        let reason = kind == "plain" ? "permission denied" : "no such file or directory"
        #expect(line.error?.contains(hook) == true && line.error?.contains(reason) == true, "\(line)")
        let next = try site.repository.commit(["file": "two"])
        try site.waitUntilLive(next)
        #expect(try sidecar.stop() == 0)
    }

    @Test("our secrets are not in its environment, everything else is")
    func environment() throws {
        let site = try Site().overHTTP(try Servers.http.get())
        let hook = try site.script("hook", "env > \(site.path("seen"))")
        let secrets = [
            "GITSYNC_USERNAME": "somebody", "GITSYNC_PASSWORD": "secret-1",
            "GITSYNC_CREDENTIAL": #"{"url":"http://host","username":"u","password":"secret-2"}"#,
            "GITSYNC_GIT_CONFIG": "http.extraHeader:\"Authorization: secret-3\"", "OF_THE_APPLICATION": "kept",
        ]
        #expect(try site.sync(["--exechook-command=\(hook)"], environment: secrets).status == 0)
        let seen = try TestFiles.text(site.path("seen"))
        #expect(seen.contains("OF_THE_APPLICATION=kept\n"))
        #expect(seen.contains("GITSYNC_USERNAME=somebody\n"))
        #expect(!seen.contains("secret-"), "\(seen)")
    }
}

@Suite("The hook before publishing", .endToEnd, .timeLimit(.minutes(5)))
struct PrePublishHookTests {
    @Test("it runs in the finished release, with --one-time before that is published")
    func surroundings() throws {
        let site = try Site()
        let hook = try site.script(
            "hook", "echo $GITSYNC_HASH $(pwd -P) $(cat file) $(readlink \(site.link)) > \(site.path("seen"))")
        let run = try site.sync("--pre-publish-exechook-command=\(hook)")
        #expect(run.status == 0)
        let tip = try site.tip
        #expect(try TestFiles.text(site.path("seen")) == "\(tip) \(site.root)/.worktrees/\(tip) one\n")
        #expect(run.log.with("hook ran").last?["hook"] == "pre-publish-exechook")
        let next = try site.repository.commit(["file": "two"])
        #expect(try site.sync("--pre-publish-exechook-command=\(hook)").status == 0)
        #expect(
            try TestFiles.text(site.path("seen"))
                == "\(next) \(site.root)/.worktrees/\(next) two .worktrees/\(tip)\n")
    }

    @Test("its failure does not hold the release back; with --one-time it is the exit code")
    func failure() throws {
        let site = try Site()
        let hook = try site.script("hook", "exit 1")
        let run = try site.sync("--pre-publish-exechook-command=\(hook)")
        #expect(run.status == 1)
        #expect(run.log.with("hook failed").count == 1)
        #expect(site.read("file") == "one")
    }

    @Test("its timeout ends it with all that it started")
    func timeout() throws {
        let site = try Site()
        let hook = try site.script("hook", "sleep 60 & sleep 60")
        let run = try site.sync("--pre-publish-exechook-command=\(hook)", "--pre-publish-exechook-timeout=200ms")
        #expect(run.status == 1)
        #expect(site.read("file") == "one")
        try expectNoLeftovers()
    }

    @Test("it is run again until it succeeds, beside the deployment")
    func retried() throws {
        let site = try Site()
        let hook = try site.script("hook", "echo . >> \(site.path("runs")); [ $(wc -l < \(site.path("runs"))) -ge 3 ]")
        let sidecar = try site.start(
            "--pre-publish-exechook-command=\(hook)", "--pre-publish-exechook-backoff=20ms")
        try sidecar.waitFor("hook ran")
        #expect(sidecar.log.with("hook failed").count == 2)
        #expect(site.read("file") == "one")
        #expect(try sidecar.stop() == 0)
    }
}
