internal import HTTPClient
internal import Posix
internal import TestSupport

/// Where tries are made one after another: a remote, a root, an application, and a control page, in a mount namespace.
final class Lane {
    let directory: String
    let program: String
    let remote: Remote
    let page: FaultPage
    private let application: BackgroundProgram
    private let applicationPort: String
    private let web: HTTPClient
    /// What a try of a scenario without a fault leaves behind and holds.
    var normal: [String: Normal] = [:]
    private var logs = 0

    /// How a scenario is when nothing goes wrong.
    struct Normal {
        var calls: [(kinds: Kinds, call: String, path: String)]
        /// The paths below the root at the end, but for those of releases and packs.
        var paths: Set<String>
        var packs: Int
        var holdings: Program.Holdings
    }

    var root: String { directory + "/root" }
    var link: String { directory + "/root/live" }

    init(in directory: String, program: String, sources: String) throws {
        self.directory = directory
        self.program = program
        remote = try Remote(in: directory)
        page = try FaultPage(program: "git-sidecar", root: directory + "/root")
        let file = directory + "/port"
        application = try BackgroundProgram(
            ["python3", sources + "/application.py", directory + "/root/live", file],
            log: directory + "/application.log")
        try waitUntil("the application listens", within: .seconds(20)) { TestFiles.exists(file) }
        applicationPort = try TestFiles.text(file)
        web = try HTTPClient(HTTPConfiguration(userAgent: "faults"))
    }

    func stop() {
        application.stop()
    }

    func options(_ scenario: Scenario) -> [String] {
        var options = [
            "--repo=\(remote.url)", "--ref=main", "--root=\(root)", "--link=live", "--period=20ms", "--jitter=0%",
            "--max-backoff=40ms", "--log-format=json",
        ]
        // Whether a failure ends it is told by other tests.
        if !scenario.isOnce { options.append("--max-failures=-1") }
        if scenario.hasApplication {
            // A machine that is busy elsewhere must not make a good release look bad; a bad one costs this each time.
            let patience = scenario.isBad ? "500ms" : "2s"
            let address = "http://127.0.0.1:\(applicationPort)"
            options += [
                "--reload-url=\(address)/reload", "--health-url=\(address)/health",
                "--health-revision-header=X-Revision", "--health-timeout=\(patience)", "--health-interval=10ms",
                "--health-successes=1", "--keep-releases=5",
            ]
        }
        return options + scenario.options
    }

    /// Starts the program on the root.
    func start(_ scenario: Scenario) throws -> Program {
        logs += 1
        let more = scenario.isOnce ? ["--one-time"] : []
        return try Program(
            program, options(scenario) + more, root: root, log: directory + "/logs/\(logs)")
    }

    func cleanLogs() throws {
        try TestFiles.remove(directory + "/logs")
        try TestFiles.makeDirectory(directory + "/logs")
        logs = 0
    }

    /// What the program wrote during this try.
    var log: String { (1...max(1, logs)).map { (try? TestFiles.text(directory + "/logs/\($0)")) ?? "" }.joined() }

    /// Brings what the remote has live; also makes files of a copied root known, which have other inodes than their
    /// record says.
    func deployOnce(_ scenario: Scenario) throws {
        var quiet = scenario
        if !scenario.isOnce { quiet.options += ["--one-time"] }
        let program = try start(quiet)
        defer { program.kill() }
        if program.waitForEnd(within: .seconds(20)) != 0 {
            throw Trouble("cannot prepare \(scenario.name): \(program.lastWords)")
        }
    }

    /// Puts the root back to what it was before a scenario.
    func restore(_ scenario: Scenario) throws {
        try cleanLogs()
        try remote.reachable(true)
        if let last = scenario.before.last { try remote.push(last) } else { try remote.push(scenario.live) }
        let template = "\(directory)/before-\(scenario.name)"
        let script = #"rm -rf "$2"; if [ -e "$1" ]; then cp -a "$1" "$2"; fi"#
        try runProgram(["sh", "-c", script, "sh", template, root]).succeeded()
        try forget()
    }

    /// Deploys what was live before a scenario, and keeps the root.
    func prepare(_ scenario: Scenario) throws {
        try restore(scenario)
        for name in scenario.before {
            try remote.push(name)
            try deployOnce(scenario)
        }
        guard !scenario.before.isEmpty else { return }
        try Files.rename(root, to: "\(directory)/before-\(scenario.name)")
        try restore(scenario)
    }

    /// Has the application forget what it serves; it takes what is there when it is asked next.
    private func forget() throws {
        _ = try web.fetch(
            HTTPRequest("http://127.0.0.1:\(applicationPort)/forget", method: "POST"), limit: 1024,
            deadline: .after(.seconds(5)))
    }

    /// The commit that the application serves.
    func served() throws -> String {
        let answer = try web.fetch(
            HTTPRequest("http://127.0.0.1:\(applicationPort)/"), limit: 1024, deadline: .after(.seconds(5)))
        let text = String(decoding: answer.body, as: UTF8.self)
        return text.split(separator: "\"").dropFirst(3).first.map { String($0) } ?? "nothing"
    }
}
