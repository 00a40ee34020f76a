internal import ControlAPI
internal import Figures
internal import Posix
internal import Telemetry

/// `git-sidecar status`, for people.
struct StatusView {
    let status: StatusAnswer
    let style: Style
    let width: Int

    private var now: Timestamp { status.now }

    func lines() -> [String] {
        var lines = [status.headline(style), ""]
        lines += table().lines(style, width: width, flexible: 2, indent: "  ")
        for held in status.quarantine.reversed() { lines += block(held) }
        if let put = status.postponed { lines += delay(put) }
        lines += failure()
        return lines
    }

    private func table() -> Table {
        var table = Table()
        func add(_ name: String, _ hash: String?, _ text: String, _ when: String) {
            table.add(
                .init(name, .faint), .init(hash.map { short($0) } ?? "", .strong), .init(text),
                .init(when, .faint))
        }
        let source = [status.ref, status.repository].compactMap { $0 }.joined(separator: " of ")
        if let remote = status.remote {
            add("remote", remote.hash, source, remote.verified.map { "asked \(age($0, now))" } ?? "")
        } else {
            add("remote", nil, source, "not asked yet")
        }
        if let published = status.published {
            add("published", published.hash, published.subject, published.time.map { age($0, now) } ?? "")
        } else {
            add("published", nil, "nothing", "")
        }
        if let running = status.running {
            let when = running.confirmed.map { "confirmed \(age($0, now))" } ?? ""
            add("running", running.hash, words(running), when)
        }
        if let deployment = status.deployment {
            let progress = deployment.progressText.map { "  \($0.bar(width: 12))" } ?? ""
            let time = deployment.seconds.map { "for \(measuredText($0))" } ?? ""
            add("deploying", deployment.hash, deployment.stage + progress, time)
        } else if let next = status.nextAttempt {
            let seconds = next.seconds - now.seconds
            add("next look", nil, seconds < 1 ? "now" : "in \(largestUnitText(seconds))", "")
        }
        add("link", nil, status.link ?? "", "")
        let up = status.started.map { "started \(age($0, now))" } ?? ""
        add("sidecar", nil, status.version ?? "", up)
        return table
    }

    private func words(_ running: StatusAnswer.Running) -> String {
        let verdict =
            switch running.verdict {
            case "proved": "proved"
            case "likely": "likely"
            case "stale": "an old release"
            default: "not known"
            }
        return running.cause.isEmpty ? verdict : "\(verdict): \(running.cause)"
    }

    private func block(_ held: HeldAnswer) -> [String] {
        let when = held.time.map { ", \(age($0, now))" } ?? ""
        let head = "\(style.bad("Held back")): \(style.strong(short(held.hash))) \(held.verdict)\(when)"
        return block(
            held, head, "Push a fix: a newer commit is tried at once. To try this one again: git-sidecar resume")
    }

    private func delay(_ put: HeldAnswer) -> [String] {
        let when = put.time.map { ", \(age($0, now))" } ?? ""
        let head = "\(style.bad("Put off")): \(style.strong(short(put.hash))) failed at \(put.stage)\(when)"
        return block(
            put, head,
            "The commit is not to blame. It is tried again when git-sidecar is started with other parameters. To try it now: "
                + "git-sidecar sync")
    }

    private func block(_ held: HeldAnswer, _ head: String, _ advice: String) -> [String] {
        let output = held.output.split(separator: " ").isEmpty ? [] : folded(held.output, width - 4).suffix(6)
        return ["", head] + folded(held.reason, width - 2).map { "  " + $0 }
            + output.map { "    " + style.faint($0) } + folded(advice, width - 2).map { "  " + $0 }
    }

    private func failure() -> [String] {
        guard let failure = status.lastFailure, status.failures > 0 else { return [] }
        // What is held back has been told already.
        if status.postponed?.reason == failure.message { return [] }
        if status.quarantine.contains(where: { $0.reason == failure.message }) { return [] }
        let times = status.failures == 1 ? "the last attempt" : "\(status.failures) attempts in a row"
        let stage = failure.stage.map { " at \($0)" } ?? ""
        let when = failure.time.map { ", \(age($0, now))" } ?? ""
        var lines = ["", "\(style.bad("Failing")): \(times)\(stage)\(when)"]
        lines += folded(failure.message, width - 2).map { "  " + $0 }
        lines.append("  To look for the cause: git-sidecar doctor")
        return lines
    }
}
