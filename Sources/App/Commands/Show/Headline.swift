internal import ControlAPI

extension StatusAnswer {
    /// Whether what was pushed is live, in a sentence.
    func headline(_ style: Style) -> String {
        let (words, rest, tone) = parts
        return style.strong(style.apply(tone, words)) + rest
    }

    private var parts: (words: String, rest: String, tone: Style.Tone) {
        let live = published.map { short($0.hash) }
        let stays = live.map { "; \($0) stays live." } ?? "; nothing is published yet."
        // Putting away what was replaced changes nothing about what is live.
        let isLive = deployment?.stage == "keep" && deployment?.hash == published?.hash
        switch condition {
        case _ where condition == "current" || condition == "deploying" && isLive:
            guard let live else { break }
            switch running?.verdict {
            case "proved", "likely": return ("Your push is live", ": \(live) runs.", .good)
            case nil: return ("Your push is live", ": \(live) is published.", .good)
            default:
                return (
                    "Your push is published", ": \(live); whether the application runs it is not known.",
                    .doubtful
                )
            }
        case "deploying":
            let what = deployment?.hash.map { "\(short($0)) is" } ?? "it is"
            let stage = deployment.map { " at \($0.stage)" } ?? ""
            if let live, deployment?.hash == published?.hash {
                return ("Your push is published", ": \(live) is\(stage), to be shown to run.", .doubtful)
            }
            let meanwhile = live.map { "; \($0) is live until then." } ?? "."
            return ("Your push is on its way", ": \(what)\(stage)\(meanwhile)", .doubtful)
        case "held-back":
            let held = quarantine.first { $0.hash == remote?.hash } ?? quarantine.last
            let what = held.map { ": \(short($0.hash)) \($0.verdict)" } ?? ": it is held back"
            return ("Your push is not live", what + stays, .bad)
        case "unconfirmed":
            let what = live ?? "it"
            if let held = quarantine.first(where: { $0.hash == remote?.hash }), held.hash != published?.hash {
                let rest = ": \(short(held.hash)) \(held.verdict); \(what) is live, but was not shown to run."
                return ("Your push is not live", rest, .bad)
            }
            return ("Your push is published, but not confirmed", ": \(what) was not shown to run.", .doubtful)
        case "stale" where postponed != nil && postponed?.hash == remote?.hash:
            return (
                "Your push is not live", ": \(short(postponed?.hash ?? "")) \(postponed?.delay ?? "")\(stays)", .bad
            )
        case "stale":
            guard failures > 0 else {
                guard let remote else {
                    return ("Your push may not be live", ": the remote has not been asked yet\(stays)", .doubtful)
                }
                return ("Your push is not live yet", ": \(short(remote.hash)) is to be deployed\(stays)", .doubtful)
            }
            let times = failures > 1 ? "the last \(failures) attempts" : "the last attempt"
            return ("Your push may not be live", ": \(times) failed\(stays)", .bad)
        default: break
        }
        if published == nil {
            if failures == 0 { return ("Nothing is published yet", ".", .doubtful) }
            let times = failures == 1 ? "the attempt" : "\(failures) attempts"
            return ("Nothing is published", ": \(times) failed.", .bad)
        }
        return ("The sidecar's condition is \(condition)", stays, .doubtful)
    }
}

extension HeldAnswer {
    /// What became of it.
    var verdict: String {
        switch stage {
        case "": "is held back"
        case "publish": "is held back"
        case "notify", "confirm": "was taken back at \(stage)"
        default: "was rejected at \(stage)"
        }
    }

    /// What became of it where it is put off.
    var delay: String { "is put off: it failed at \(stage), which is not the commit's fault" }
}
