internal import Deployment
internal import Posix

/// The clocks of this machine, and the switch that calls everything off.
final class SystemClock: Deployment.Clock {
    private let cancellation: Cancellation

    init(_ cancellation: Cancellation) {
        self.cancellation = cancellation
    }

    var now: Moment { .now }
    func deadline(_ limit: Duration) -> Deadline { .after(limit, cancellation: cancellation) }
    var isCancelled: Bool { cancellation.isCancelled }
}
