import Posix
import TestSupport
import Testing

/// The library that shows another time to a program; nil where it is not installed.
private let falseTime: String? = {
    let machine = (try? runProgram(["uname", "-m"]).output) ?? ""
    let path = "/usr/lib/\(machine)-linux-gnu/faketime/libfaketimeMT.so.1"
    return TestFiles.exists(path) ? path : nil
}()

@Suite("A clock that jumps", .endToEnd, .timeLimit(.minutes(5)))
struct ClockTests {
    @Test(
        "does not matter: polls, back-off and time limits go on as if nothing had happened",
        .enabled(if: falseTime != nil, "needs Debian's faketime"))
    func jumps() throws {
        let site = try Site()
        let clock = site.path("clock")
        func jump(_ offset: String) throws { try TestFiles.write("\(offset)\n", to: clock) }
        try jump("+0d")
        let slow = try site.script("slow", "sleep 0.2")
        let sidecar = try site.start(
            ["--verbose=1", "--validate-command=\(slow)", "--max-backoff=100ms", "--exechook-command=\(slow)"],
            environment: [
                "LD_PRELOAD": try #require(falseTime), "FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_NO_CACHE": "1",
                // The clock that only goes forward does so when somebody sets the other one.
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            ],
            // The library makes itself at home in the environment of the first program, which moves what Swift reads the
            // arguments from.
            under: ["env"])
        try site.waitUntilLive(try site.tip)
        // The link is swapped before the log says so.
        try sidecar.waitFor("published")
        let today = try #require(sidecar.log.with("published").first?["ts"]?.prefix(4))
        var runs = 1
        for (number, offset) in ["+3650d", "-3650d", "+0d"].enumerated() {
            try jump(offset)
            // A failure in between, so that a back-off is under way as well.
            try Files.rename(site.repository.path, to: site.path("away"))
            try sidecar.waitFor("sync failed; what is live stays", count: number * 4 + 4)
            try Files.rename(site.path("away"), to: site.repository.path)
            let next = try site.repository.commit(["file": .text("\(number)")])
            try site.waitUntilLive(next)
            runs += 1
            try sidecar.waitFor("hook ran", count: runs)
            let year = try #require(sidecar.log.with("published").last?["ts"]?.prefix(4))
            // The clock was false indeed.
            #expect((year == today) == (offset == "+0d"))
        }
        #expect(try sidecar.stop() == 0)
    }

    @Test(
        "that jumps forward holds no good commit back that is told to a process by its pid file",
        .enabled(if: falseTime != nil, "needs Debian's faketime"))
    func pidFile() throws {
        let site = try Site()
        let clock = site.path("clock")
        func jump(_ offset: String) throws { try TestFiles.write("\(offset)\n", to: clock) }
        try jump("+0d")
        // Writes its file once, as a server does at its start.
        let server = try Application.start([
            "bash", "-c", "trap 'cp $0/file $1' HUP; echo $$ > $2; while :; do sleep 0.05; done", site.link,
            site.path("read"), site.path("pid"),
        ])
        defer { server.stop() }
        try waitUntil("it has written its file") { TestFiles.exists(site.path("pid")) }
        let sidecar = try site.start(
            [
                "--signal=HUP", "--signal-target=pidfile:\(site.path("pid"))", "--health-timeout=10s",
                "--health-command=cmp -s file \(site.path("read"))", "--rollback=on",
            ],
            environment: [
                "LD_PRELOAD": try #require(falseTime), "FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                // Files keep the times that they were written at, as they do when somebody sets the clock.
                "NO_FAKE_STAT": "1",
            ],
            under: ["env"])
        try site.waitUntilLive(try site.tip)
        try sidecar.waitFor("confirmed")
        for (number, offset) in ["+1d", "+3650d", "-1d"].enumerated() {
            try jump(offset)
            let next = try site.repository.commit(["file": .text("\(number)")])
            try sidecar.waitFor("confirmed", count: number + 2)
            #expect(site.live == next)
        }
        #expect(!sidecar.log.has("the application does not run the new release; going back"))
        #expect(try sidecar.stop() == 0)
    }
}
