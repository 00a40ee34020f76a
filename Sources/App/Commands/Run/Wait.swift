internal import ControlAPI
internal import Figures
internal import JSON
internal import Options
internal import Posix

/// Waits until a commit is live, or is known not to become so; a restart of the sidecar meanwhile does no harm.
struct Wait {
    /// Longer than anybody waits.
    static let forever = Duration.seconds(365 * 86_400)

    private let command: ControlCommand
    private let prefix: String

    init(for prefix: String, _ command: ControlCommand) throws(CommandError) {
        self.command = command
        self.prefix = prefix.lowercased()
        let isHash = self.prefix.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard isHash, (4...64).contains(self.prefix.utf8.count) else {
            throw CommandError(
                message: "cannot wait for \(plain(prefix)): it is no hash of a commit",
                hint: "give all of it, or its first digits, at least 4")
        }
    }

    func carryOut() throws -> Bool {
        let deadline = Deadline.after(command.arguments.timeout ?? Wait.forever, on: command.clock)
        let display = StageDisplay(command.console)
        var progress = WaitProgress(prefix)
        var lastProblem: String?
        // Whoever has no time to wait is told what is known now.
        let shortest = Deadline.after(.seconds(2))
        repeat {
            do {
                try follow(deadline.remaining > .zero ? deadline : shortest, display, &progress)
            } catch let error as CommandError {
                if error.description != lastProblem, deadline.remaining > .zero {
                    display.note("\(error.message); trying again")
                    lastProblem = error.description
                }
            }
            if let ambiguity = progress.ambiguity { throw CommandError(message: ambiguity) }
            if let verdict = progress.verdict { return say(verdict, display, progress.output) }
            // The time may be up by now, which the loop's condition sees.
            try? deadline.pause(.milliseconds(300))
        } while deadline.remaining > .zero
        return say(.notLive(progress.ending(of: command.arguments.timeout, lastProblem)), display)
    }

    /// Listens until the verdict is there, the connection is lost or the time is up.
    private func follow(_ deadline: Deadline, _ display: StageDisplay, _ progress: inout WaitProgress) throws {
        let client = try command.connect()
        var seen = progress
        var isFirst = true
        defer { progress = seen }
        try client.listen(deadline) { event in
            if isFirst {
                isFirst = false
                seen.take(releases: try command.connect().get("/v1/releases?limit=1000"))
            }
            switch event.name {
            case "status": seen.take(status: StatusAnswer(event.data))
            case "deployment": DeploymentAnswer(event.data).map { seen.take(deployment: $0) }
            case "stage":
                let stage = StageAnswer(event.data)
                if stage.hash.map({ $0.hasPrefix(prefix) }) ?? false { display.show(stage) }
            default: break
            }
            return seen.verdict == nil && seen.ambiguity == nil
        }
    }

    private func say(_ verdict: WaitProgress.Verdict, _ display: StageDisplay, _ output: [String] = []) -> Bool {
        display.end()
        let style = command.console.style
        switch verdict {
        case .live(let words):
            command.console.write("\(style.good("Live")): \(words)")
            return true
        case .notLive(let words):
            command.console.write("\(style.bad("Not live")): \(words)")
            if !output.isEmpty { command.console.write(lines: output.map { "  " + style.faint($0) }) }
            return false
        }
    }
}

/// What is known so far of a commit that is waited for.
struct WaitProgress {
    enum Verdict: Equatable {
        case live(String)
        case notLive(String)
    }

    private let prefix: String
    private var known: Set<String> = []
    private var newest: String?
    private var lastFailure: String?
    private(set) var verdict: Verdict?
    /// What the command or the application said that is the reason against it.
    private(set) var output: [String] = []

    init(_ prefix: String) {
        self.prefix = prefix
    }

    /// Why it cannot be told which commit is meant; nil when it can.
    var ambiguity: String? {
        guard known.count > 1 else { return nil }
        return
            "\(prefix) may be \(known.sorted().map { String($0.prefix(12)) }.joined(separator: " or ")): give more digits"
    }

    /// What is held back counts most: it may have been live once, and was taken back since.
    mutating func take(status: StatusAnswer) {
        newest = status.published?.hash
        lastFailure = status.lastFailure?.message
        if let held = status.quarantine.last(where: { isMeant($0.hash) }) {
            verdict = .notLive("\(short(held.hash)) \(held.verdict): \(held.reason)")
            output = held.outputLines
            return
        }
        if let put = status.postponed, isMeant(put.hash) {
            verdict = .notLive("\(short(put.hash)) \(put.delay): \(put.reason)")
            output = put.outputLines
            return
        }
        if let published = status.published, isMeant(published.hash), status.isSettled {
            let running = status.running.map { ", and runs (\($0.verdict))" } ?? ""
            let when = published.time.map { ", published \(age($0, status.now))" } ?? ""
            verdict = .live("\(short(published.hash)) \"\(published.subject)\"\(when)\(running)")
        } else if case .live = verdict, let published = status.published {
            // It was confirmed, and a newer one has taken its place since.
            verdict = .live("it was live, and \(short(published.hash)) has replaced it")
        }
    }

    mutating func take(deployment: DeploymentAnswer) {
        guard isMeant(deployment.hash) else { return }
        switch deployment.outcome {
        case "deployed", "chosen":
            verdict = .live(
                "\(short(deployment.hash)) \"\(deployment.subject)\", after \(measuredText(deployment.seconds))")
        case "rejected", "rolled-back":
            let what = deployment.outcome == "rejected" ? "was rejected" : "was taken back"
            let stage = deployment.lastStage.map { " at \($0)" } ?? ""
            let reason = deployment.reason.map { ": \($0)" } ?? ""
            verdict = .notLive("\(short(deployment.hash)) \(what)\(stage)\(reason)")
            output = deployment.outputLines
        case "overtaken":
            let how = deployment.reason.flatMap { $0.hasPrefix("overtaken by ") ? $0 : nil }
            verdict = .notLive("\(short(deployment.hash)) was \(how ?? "overtaken by a newer commit")")
        default: lastFailure = deployment.reason
        }
    }

    /// What happened before: only that the commit was confirmed or overtaken counts, since what was rejected may be tried
    /// again.
    mutating func take(releases: JSONValue) {
        for release in (releases["releases"]?.elements ?? []).compactMap(KeptAnswer.init) { _ = isMeant(release.hash) }
        let deployments = (releases["deployments"]?.elements ?? []).compactMap(DeploymentAnswer.init)
        let last = deployments.filter { isMeant($0.hash) && $0.outcome != "failed" }.first
        if let last, ["deployed", "chosen", "overtaken"].contains(last.outcome) { take(deployment: last) }
    }

    /// Why the waiting ended without a verdict.
    func ending(of timeout: Duration?, _ problem: String?) -> String {
        let time = timeout.map { " within \($0.text)" } ?? ""
        if let hash = known.first {
            let reason = lastFailure ?? problem
            return "\(short(hash)) was not confirmed\(time)" + (reason.map { ": \($0)" } ?? "")
        }
        if let problem, newest == nil { return "nothing was heard of \(prefix)\(time): \(problem)" }
        let instead = newest.map { "; \(short($0)) is live" } ?? ""
        return "nothing was heard of \(prefix)\(time)\(instead)" + (lastFailure.map { ": \($0)" } ?? "")
    }

    private mutating func isMeant(_ hash: String) -> Bool {
        guard hash.hasPrefix(prefix) else { return false }
        known.insert(hash)
        return true
    }
}

extension StatusAnswer {
    /// Whether what is published has been confirmed, where that was asked for.
    fileprivate var isSettled: Bool {
        guard condition != "unconfirmed", deployment?.hash != published?.hash || deployment == nil else { return false }
        guard let running else { return condition != "deploying" }
        return running.hash == published?.hash && running.verdict != "stale"
    }
}
