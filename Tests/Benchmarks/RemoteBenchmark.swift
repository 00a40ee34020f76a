internal import GitObjects
internal import GitStore
internal import Posix
internal import TestSupport

/// What asking and fetching cost, beside the real git program against the same servers.
///
/// Our side runs in processes of its own, so that its memory and time are nobody else's.
struct RemoteBenchmark {
    private let polls: Int
    private let files: Int
    private let commits: Int
    private let references: Int
    private let rounds: Int

    init(arguments: ArraySlice<String>) throws {
        var flags = try Arguments(arguments)
        polls = try flags.number("--polls", or: 10_000)
        files = try flags.number("--files", or: 100_000)
        commits = try flags.number("--commits", or: 10_000)
        references = try flags.number("--refs", or: 100_000)
        rounds = try flags.number("--rounds", or: 5)
        try flags.end()
    }

    func run() throws {
        let directory = "/dev/shm/" + TemporaryName.make()
        try Files.makeDirectory(directory)
        defer { try? Files.removeTree(directory) }
        let served = directory + "/served"
        try Files.makeDirectory(served)
        try pollCosts(directory, served)
        try shallowBytes(directory, served)
        try manyFiles(directory, served)
    }

    private func pollCosts(_ directory: String, _ served: String) throws {
        print("polls that find nothing | requests a poll | our ms of CPU a poll | ms a poll | memory grew")
        for (name, count) in [("small", 0), ("many-refs", references)] {
            let fixture = try GitFixture(at: "\(served)/\(name).git")
            try fixture.commit(["a": "1\n"])
            if count > 0 { try fixture.manyRefs(count) }
            try withGitHTTPServer(serving: served) { server in
                let report = try ours("polls", server.url("\(name).git"), "\(directory)/\(name)", polls)
                let requests = try server.exchanges().dropFirst(3 + RemoteWork.warmUp).count
                print(
                    "http, \(count + 1) references, \(polls) polls | \(hundredths(Double(requests) / Double(polls)))",
                    "| \(report)")
            }
        }
        try withGitSSHServer(serving: served) { server in
            let report = try ours("polls", server.url("small.git"), "\(directory)/ssh", 50)
            print("ssh, 50 polls | - | \(report)")
        }
        print("local, \(polls) polls | - | \(try ours("polls", "\(served)/small.git", "\(directory)/local", polls))")
    }

    private func shallowBytes(_ directory: String, _ served: String) throws {
        try GitFixture(at: "\(served)/history.git").linearHistory(commits: commits)
        try withGitHTTPServer(serving: served) { server in
            let url = server.url("history.git")
            let report = try ours("fetch", url, "\(directory)/depth", 1)
            let bytes = try server.exchanges().reduce(0) { $0 + $1.bytesSent }
            try runProgram(["git", "clone", "--quiet", "--bare", "--depth", "1", url, "\(directory)/clone"]).succeeded()
            let theirs = try server.exchanges().reduce(0) { $0 + $1.bytesSent } - bytes
            print(
                "\ndepth 1 of \(commits) commits: \(bytes) bytes, git clone \(theirs) bytes,",
                "ratio \(hundredths(Double(bytes) / Double(theirs))); \(report)")
        }
    }

    private func manyFiles(_ directory: String, _ served: String) throws {
        try GitFixture(at: "\(served)/files.git").manyFiles(files)
        print(
            "\ndepth 1 of \(files) files, median of \(rounds) rounds | git fetch --depth 1, s | ours, s | ratio of each round | ours"
        )
        func compare(_ road: String, _ url: String, _ environment: [String: String] = [:]) throws {
            var times: [(theirs: Double, ours: Double)] = []
            var report = ""
            for round in 1...rounds {
                let place = "\(directory)/\(road)-\(round)"
                let git = {
                    try runProgram(["git", "init", "--quiet", "--bare", place + ".git"]).succeeded()
                    let start = ContinuousClock.now
                    try runProgram(
                        ["git", "--git-dir", place + ".git", "fetch", "--quiet", "--depth", "1", url, "main"],
                        environment: try hermeticEnvironment(adding: environment), within: .seconds(120)
                    ).succeeded()
                    return (ContinuousClock.now - start).inSeconds
                }
                // Whoever comes second finds the caches warm: they take turns.
                let before = round % 2 == 0 ? try git() : nil
                report = try ours("fetch", url, place, 1)
                let theirs = try before ?? git()
                times.append((theirs, report.split(separator: " ").first.flatMap { Double($0) } ?? 0))
                try Files.removeTree(place)
                try Files.removeTree(place + ".git")
            }
            func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
            let ratios = times.map { hundredths($0.ours / $0.theirs) }.sorted()
            print(
                "\(road) | \(hundredths(median(times.map(\.theirs)))) | \(hundredths(median(times.map(\.ours))))",
                "| \(ratios.map { "\($0)" }.joined(separator: " ")) | \(report)")
        }
        try withGitHTTPServer(serving: served) { try compare("http", $0.url("files.git")) }
        try withGitSSHServer(serving: served) { server in
            let command =
                "ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i \(try GitSSHServer.clientKeyPath())"
            try compare("ssh", server.url("files.git"), ["GIT_SSH_COMMAND": command])
        }
        try compare("local", "file://\(served)/files.git")
    }

    /// Runs our side in a process of its own and gives its report.
    private func ours(_ what: String, _ url: String, _ store: String, _ times: Int) throws -> String {
        try runProgram(
            ["/proc/self/exe", "remote-\(what)", url, store, String(times), try GitSSHServer.clientKeyPath()],
            within: .seconds(600)
        ).succeeded().output
    }
}

func hundredths(_ value: Double) -> Double { (value * 100).rounded() / 100 }
