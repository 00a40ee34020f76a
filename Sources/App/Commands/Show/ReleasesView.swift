internal import ControlAPI
internal import Figures
internal import JSON
internal import Posix

/// `git-sidecar releases`, for people.
struct ReleasesView {
    let answer: JSONValue
    let now: Timestamp
    let style: Style
    let width: Int

    func lines() -> [String] {
        let releases = (answer["releases"]?.elements ?? []).compactMap(KeptAnswer.init)
        let deployments = (answer["deployments"]?.elements ?? []).compactMap(DeploymentAnswer.init)
        var lines: [String] = []
        if releases.isEmpty {
            lines.append("No release is kept yet.")
        } else {
            lines.append(style.strong("Releases that can be gone back to"))
            lines += table(releases).lines(style, width: width, flexible: 1, indent: "  ")
        }
        guard !deployments.isEmpty else { return lines }
        lines += ["", style.strong("What happened")]
        return lines + table(deployments).lines(style, width: width, flexible: 3, indent: "  ")
    }

    private func table(_ releases: [KeptAnswer]) -> Table {
        var table = Table()
        for release in releases {
            let notes: [String?] = [
                release.isLive ? "live" : nil, release.isGood ? "last good" : nil,
                release.isHeldBack ? "held back" : nil,
            ]
            table.add(
                .init(short(release.hash), .strong), .init(release.subject),
                .init(release.time.map { age($0, now) } ?? "", .faint),
                .init(notes.compactMap { $0 }.joined(separator: ", "), release.isHeldBack ? .bad : .good))
        }
        return table
    }

    private func table(_ deployments: [DeploymentAnswer]) -> Table {
        var table = Table()
        for deployment in deployments {
            let reason = deployment.reason.map { deployment.subject + " – " + $0 } ?? deployment.subject
            table.add(
                .init(short(deployment.hash), .strong),
                .init(deployment.outcome, tone(deployment.outcome)),
                .init(measuredText(deployment.seconds), isRight: true), .init(reason),
                .init(deployment.time.map { age($0, now) } ?? "", .faint))
        }
        return table
    }

    private func tone(_ outcome: String) -> Style.Tone {
        switch outcome {
        case "deployed": .good
        case "chosen": .doubtful
        default: .bad
        }
    }
}
