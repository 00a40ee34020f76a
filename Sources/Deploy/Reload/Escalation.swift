/// What is done to an application that does not react to a signal, counted from it.
public struct Escalation: Sendable, Equatable {
    /// After how long it gets `SIGTERM`; nil for never.
    public var terminateAfter: Duration?
    /// After how long it gets `SIGKILL`; nil for never.
    public var killAfter: Duration?

    /// Describes an escalation; without any time there is none.
    public init(terminateAfter: Duration? = nil, killAfter: Duration? = nil) {
        self.terminateAfter = terminateAfter
        self.killAfter = killAfter
    }

    /// The signals with their times, in order.
    var steps: [(after: Duration, signal: Int32)] {
        [terminateAfter.map { ($0, 15) }, killAfter.map { ($0, 9) }].compactMap { $0 }.sorted { $0.0 < $1.0 }
    }
}
