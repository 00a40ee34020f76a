import Posix
import TestSupport
import Testing

@Suite("systemd", .endToEnd, .timeLimit(.minutes(5)))
struct SystemdTests {
    /// What a service manager has heard so far.
    private final class Manager {
        let address: String
        private let socket: DatagramSocket
        private(set) var messages: [String] = []

        init(_ address: String) throws {
            self.address = address
            socket = try DatagramSocket(address)
        }

        /// Every line of every message.
        var lines: [String] {
            while let message = socket.receive() { messages.append(message) }
            return messages.flatMap { $0.split(separator: "\n").map(String.init) }
        }

        func waitFor(_ line: String, count: Int = 1) throws {
            try waitUntil("\(count) times \(line)") { lines.count { $0.hasPrefix(line) } >= count }
        }
    }

    @Test("ready when a release is published, with a state in words, and stopping at the end", arguments: ["/", "@"])
    func lifecycle(kind: String) throws {
        let site = try Site()
        try Files.rename(site.repository.path, to: site.path("away"))
        let manager = try Manager(kind == "/" ? site.path("notify") : "@\(site.directory)")
        let sidecar = try site.start(
            ["--max-failures=-1", "--init-max-failures=-1"], environment: ["NOTIFY_SOCKET": manager.address])
        try manager.waitFor("STATUS=nothing is published yet; the last ")
        #expect(!manager.lines.contains("READY=1"))
        try Files.rename(site.path("away"), to: site.repository.path)
        try manager.waitFor("READY=1")
        let tip = try site.tip
        try manager.waitFor("STATUS=\(tip.prefix(7)) is live")
        #expect(try sidecar.stop() == 0)
        #expect(manager.lines.contains("STOPPING=1"))
        #expect(manager.lines.count { $0 == "READY=1" } == 1)
    }

    @Test("a release that was there before makes it ready, while the remote is away")
    func existing() throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        try Files.rename(site.repository.path, to: site.path("away"))
        let manager = try Manager(site.path("notify"))
        let sidecar = try site.start(["--max-failures=-1"], environment: ["NOTIFY_SOCKET": manager.address])
        try manager.waitFor("READY=1")
        try manager.waitFor("STATUS=\(try #require(site.live).prefix(7)) is live; the last ")
        #expect(try sidecar.stop() == 0)
    }

    @Test("the watchdog hears that the loop lives, twice as often as it asks for")
    func watchdog() throws {
        let site = try Site()
        let manager = try Manager(site.path("notify"))
        let sidecar = try site.start(
            [], environment: ["NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "400000"])
        try manager.waitFor("WATCHDOG=1", count: 5)
        #expect(try sidecar.stop() == 0)
        let other = try site.start(
            [],
            environment: ["NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"])
        let before = manager.lines.count { $0 == "WATCHDOG=1" }
        try manager.waitFor("READY=1", count: 2)
        #expect(try other.stop() == 0)
        #expect(manager.lines.count { $0 == "WATCHDOG=1" } == before)
    }

    @Test("no child hears of the service manager")
    func children() throws {
        let site = try Site()
        let manager = try Manager(site.path("notify"))
        let hook = try site.script("hook", "env >\(site.path("environment"))")
        let sidecar = try site.start(
            ["--exechook-command=\(hook)", "--prepare-command=\(try site.script("prepare", "env >prepared"))"],
            environment: ["NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"])
        try sidecar.waitFor("hook ran")
        for file in [site.path("environment"), site.link + "/prepared"] {
            let text = try TestFiles.text(file)
            #expect(text.contains("GITSYNC_HASH="))
            #expect(!text.contains("NOTIFY_SOCKET") && !text.contains("WATCHDOG"), "\(text)")
        }
        #expect(try sidecar.stop() == 0)
    }

    @Test("a manager that is gone does no harm")
    func gone() throws {
        let site = try Site()
        let run = try site.sync([], environment: ["NOTIFY_SOCKET": site.path("nothing")])
        #expect(run.status == 0)
        #expect(site.read("file") == "one")
    }
}
