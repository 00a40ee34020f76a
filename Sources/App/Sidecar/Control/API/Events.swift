internal import ControlAPI
internal import Deployment
internal import HTTPServer
internal import JSON
internal import Options
internal import Posix
internal import Remote

/// Tells everybody who listens to `GET /v1/events` what happens; while nobody does it costs one look at a list.
final class Events: Sendable {
    private let status: Status
    private let report: StatusReport
    // Apart, so that whoever has only the port cannot take the places of those who steer.
    private let overNetwork = EventBroadcast()
    private let onMachine = EventBroadcast()
    private let said = Locked<(news: JSONValue, time: ContinuousClock.Instant)?>(nil)

    init(_ status: Status, _ report: StatusReport) {
        self.status = status
        self.report = report
    }

    /// Whether somebody listens, for events that cost something to make.
    var areHeard: Bool { onMachine.listenerCount > 0 || overNetwork.listenerCount > 0 }

    /// A new listener's stream, which begins with how we are; nil when there are too many.
    func listen(isLocal: Bool = true) -> EventStream? {
        let broadcast = isLocal ? onMachine : overNetwork
        // Whatever changes from here on is said to all, even if others have heard it.
        said.withLock { $0 = nil }
        return status.read { now in broadcast.listen(first: [event("status", report.answer(now).json)]) }
    }

    /// Says how we are, when that is news; at the end of an attempt also when only times have changed, but not often.
    func statusChanged(evenTimes: Bool = false) {
        guard areHeard else { return }
        let now = status.now
        let answer = report.answer(now)
        let news = answer.news
        let isDue = said.withLock { said in
            if let said, said.news == news, !evenTimes || said.time.duration(to: .now) < .seconds(1) { return false }
            said = (news, .now)
            return true
        }
        if isDue { tell(event("status", answer.json)) }
    }

    /// Says something else.
    func send(_ name: String, _ data: @autoclosure () -> JSONValue) {
        if areHeard { tell(event(name, data())) }
    }

    private func tell(_ event: ServerSentEvent) {
        onMachine.send(event)
        overNetwork.send(event)
    }

    private func event(_ name: String, _ data: JSONValue) -> ServerSentEvent {
        ServerSentEvent(name: name, data: data.text)
    }
}

/// What does not change while we run, for everybody who asks what we do.
struct SidecarInfo: Sendable {
    /// The repository's address, without what is secret in it.
    var repository = ""
    /// `--ref`.
    var reference = ""
    var root = ""
    var link = ""
    /// The pause between two looks at the remote.
    var period = Duration.zero
    /// Whether there is a loop that carries orders out.
    var takesOrders = true
}

extension SidecarInfo {
    /// What a plan says; `remote` is the repository as it is reached.
    init(_ plan: Plan, remote: RemoteURL) {
        self.init(
            repository: "\(remote)", reference: "\(plan.settings.ref)", root: plan.root.text, link: plan.link.text,
            period: plan.settings.period, takesOrders: !plan.settings.oneTime)
    }
}
