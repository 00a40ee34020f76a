internal import ControlAPI
internal import JSON
internal import Options
internal import Posix

/// Something that the sidecar is told to do, followed to its end.
struct OrderCommand {
    enum Kind {
        case sync
        /// To a release, or to the one before the live one.
        case rollback(String?)
        /// One commit, or all.
        case resume(String?)
    }

    private let kind: Kind
    private let command: ControlCommand

    init(_ kind: Kind, _ command: ControlCommand) {
        self.kind = kind
        self.command = command
    }

    /// Gives the order, shows what comes of it, and says whether it went well.
    func carryOut() throws -> Bool {
        let display = StageDisplay(command.console)
        let client = try command.connect()
        var number: Int?
        var end: AttemptAnswer?
        // Whoever listens before giving the order misses nothing of it.
        try client.listen(.after(Wait.forever)) { event in
            if number == nil {
                guard event.name == "status" else { return true }
                number = try give(display)
                return true
            }
            switch event.name {
            case "stage": display.show(StageAnswer(event.data))
            case "attempt":
                if let attempt = AttemptAnswer(event.data), let number, attempt.attempt >= number { end = attempt }
            default: break
            }
            return end == nil
        }
        display.end()
        guard let end else { throw CommandError(message: "the sidecar did not say how it ended") }
        let status = StatusAnswer(try command.connect().get("/v1/status"))
        command.console.write(lines: [sentence(end, status)] + reason(end))
        return end.isSuccess
    }

    private func give(_ display: StageDisplay) throws(CommandError) -> Int {
        // A connection of its own: the other one is busy with what happens.
        let client = try command.connect()
        let answer: JSONValue
        switch kind {
        case .sync:
            answer = try client.post("/v1/sync")
        case .rollback(let hash):
            answer = try client.post("/v1/rollback", hash.map { ["hash": .string($0)] })
            if let hash = answer.text("hash") { display.note("going back to \(short(hash))") }
        case .resume(let hash):
            answer = try client.post("/v1/resume", hash.map { ["hash": .string($0)] })
            let released = answer["released"]?.elements?.compactMap { $0.string.map { short(plain($0)) } } ?? []
            display.note(
                released.isEmpty
                    ? "nothing was held back; looking at the remote"
                    : "held back no more: \(released.joined(separator: ", "))")
        }
        guard let number = answer["attempt"]?.integer else {
            throw CommandError(message: "the sidecar did not say which attempt is ours")
        }
        return number
    }

    private func sentence(_ end: AttemptAnswer, _ status: StatusAnswer) -> String {
        let style = command.console.style
        let live = status.published.map { published in
            published.subject.isEmpty ? short(published.hash) : "\(short(published.hash)) \"\(published.subject)\""
        }
        let isLive = live.map { "\($0) is live." } ?? "Nothing is published."
        let hash = end.hash.map { short($0) } ?? "the commit"
        switch end.outcome {
        case "unchanged": return "\(style.good("Nothing new")): \(isLive)"
        case "deployed", "chosen": return "\(style.good("Done")): \(isLive)"
        case "held-back": return "\(style.bad("Held back")): \(hash) is not tried again; \(isLive)"
        case "postponed": return "\(style.bad("Put off")): \(hash) waits for other parameters; \(isLive)"
        case "rejected":
            let stage = end.stage.map { " at \($0)" } ?? ""
            return "\(style.bad("Rejected")): \(hash) failed\(stage); \(isLive)"
        case "overtaken": return "\(style.doubtful("Overtaken")): a newer commit is tried instead of \(hash); \(isLive)"
        default:
            let stage = end.stage.map { " at \($0)" } ?? ""
            return "\(style.bad("Failed"))\(stage): \(isLive)"
        }
    }

    private func reason(_ end: AttemptAnswer) -> [String] {
        guard !end.isSuccess, let message = end.message else { return [] }
        return folded(message, command.console.width - 2).map { "  " + $0 }
    }
}
