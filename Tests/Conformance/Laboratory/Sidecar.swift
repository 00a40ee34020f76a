internal import JSON
internal import Posix
internal import TestSupport

/// The server, or what the program needs of it, said no.
struct Refusal: Error {
    let message: String
}

/// The release program on a root of its own.
final class Sidecar {
    let root: String
    private let program: String
    private let options: [String]
    private var running: BackgroundProgram?
    private let log: String
    private static let patience = Duration.seconds(30)

    /// A program that will follow `ref` of a repository.
    init(_ program: String, root: String, repository: String, ref: String, options: [String]) {
        self.program = program
        self.root = root
        self.options =
            ["--repo=\(repository)", "--ref=\(ref)", "--root=\(root)", "--link=live", "--log-format=json"] + options
        log = root + ".log"
    }

    deinit { stop() }

    /// The full hash of what is live.
    var live: String? {
        TestFiles.linkTarget(root + "/live").map { String($0.split(separator: "/").last ?? "") }
    }

    /// The path of what is live.
    var release: String { root + "/live" }

    /// Deploys once, to the end; a failure is a refusal in the program's words.
    func once(_ more: [String] = []) throws {
        let result = try runProgram(
            [program] + options + ["--one-time", "--sync-timeout=60s"] + more, within: .seconds(90))
        if result.status != 0 { throw Refusal(message: Sidecar.lastError(result.errors)) }
    }

    /// Starts it in the background.
    func start(_ more: [String] = []) throws {
        running = try BackgroundProgram(
            [program] + options + ["--jitter=0%", "--max-backoff=200ms", "--sync-timeout=60s"] + more, log: log)
    }

    /// Waits until a commit is live.
    func wait(for commit: String) throws {
        do {
            try waitUntil("live", within: Sidecar.patience) {
                if live == commit { return true }
                if let running, !running.isRunning { throw Refusal(message: Sidecar.lastError(running.log)) }
                return false
            }
        } catch is NeverHappened {
            throw Trouble("\(commit) is not live, but \(live ?? "nothing"): \(Sidecar.lastError(running?.log ?? ""))")
        }
    }

    /// Waits until it has said something.
    func wait(forWords words: String) throws {
        guard let running else { throw Trouble("it does not run") }
        try waitUntil("it says \"\(words)\"; \(Sidecar.lastError(running.log))", within: Sidecar.patience) {
            running.log.contains(words)
        }
    }

    func stop() {
        guard let running else { return }
        self.running = nil
        running.signal(15)
        _ = running.waitForEnd(within: .seconds(5))
        running.stop()
    }

    /// What went wrong last, as people are told.
    private static func lastError(_ log: String) -> String {
        var last = ""
        for line in log.split(separator: "\n") {
            guard let record = try? JSONValue.read(String(line)), let error = record["error"]?.string else { continue }
            last = error
        }
        return last.isEmpty ? String(log.suffix(400)) : last
    }
}
