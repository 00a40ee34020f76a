internal import ControlAPI
internal import Figures
internal import Posix
internal import Telemetry

/// Shows the stages of a deployment while it goes on: a bar at a terminal, and a line for each stage that has ended.
final class StageDisplay {
    private let console: Console
    private var lastReport = ContinuousClock.now

    init(_ console: Console) {
        self.console = console
    }

    func show(_ stage: StageAnswer) {
        let name = padded(stage.stage, 9)
        switch stage.state {
        case "ended":
            console.statusLine?.show("")
            console.complain("\(name)\(stage.seconds.map { measuredText($0) } ?? "")" + amount(stage))
        case "failed":
            console.statusLine?.show("")
            let time = stage.seconds.map { " after \(measuredText($0))" } ?? ""
            console.complain("\(name)failed\(time)" + (stage.message.map { ": \($0)" } ?? ""))
        default:
            let progress = stage.progressText
            if let line = console.statusLine {
                line.show(name + (progress?.bar() ?? "…"))
            } else if let progress, ContinuousClock.now - lastReport > .seconds(5) {
                // Logs get a line now and then.
                console.complain(name + progress.bar())
                lastReport = .now
            }
        }
    }

    func note(_ text: String) {
        if let line = console.statusLine { line.show(text) } else { console.complain(text) }
    }

    /// Takes the bar away.
    func end() { console.statusLine?.show("") }

    private func amount(_ stage: StageAnswer) -> String {
        stage.progressText.map { "  \($0.words)" } ?? ""
    }
}
