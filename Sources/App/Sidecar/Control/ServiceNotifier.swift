internal import Deployment
internal import GitObjects
internal import Posix
internal import Telemetry

/// Keeps the service manager informed: when we are ready, what we are doing, and that the loop is alive.
///
/// It has a thread of its own, since the loop may be busy for minutes.
final class ServiceNotifier: Sendable {
    private let manager: ServiceManager
    private let status: Status
    private let heartbeat: Heartbeat
    private let logger: Logger
    private let cancellation: Cancellation
    private let thread = Locked<NativeThread?>(nil)

    /// How soon a change is told.
    private static let pause = Duration.milliseconds(200)

    init(
        _ manager: ServiceManager, status: Status, heartbeat: Heartbeat, logger: Logger, cancellation: Cancellation
    ) {
        self.manager = manager
        self.status = status
        self.heartbeat = heartbeat
        self.logger = logger
        self.cancellation = cancellation
    }

    /// Begins to tell, until the work is called off.
    func start() throws(SystemError) {
        let made = try NativeThread("notify") { [self] in tell() }
        thread.withLock { $0 = made }
    }

    /// Waits until the last word is said, after the work was called off.
    func finish() { thread.withLock { $0.take() }?.join() }

    private func tell() {
        defer { send(["STOPPING=1", "STATUS=stopping"]) }
        var isReady = false
        var told = ""
        // Half of the time that we are given, as sd_watchdog_enabled(3) advises.
        let interval = manager.watchdog.map { $0 / 2 }
        var nextSign = ContinuousClock.now
        while !cancellation.isCancelled {
            let now = status.now
            var lines: [String] = []
            // A release that was there before counts as well: it is served, whatever the remote is doing.
            if !isReady, now.state.isServing {
                isReady = true
                lines.append("READY=1")
            }
            let words = ServiceNotifier.words(now)
            if words != told {
                told = words
                lines.append("STATUS=\(words)")
            }
            if let interval, ContinuousClock.now >= nextSign {
                // A loop that has broken its word gets no sign of life: then the manager starts us anew.
                if heartbeat.overdue() == nil { lines.append("WATCHDOG=1") }
                nextSign = .now.advanced(by: interval)
            }
            if !lines.isEmpty { send(lines) }
            let wait = interval == nil ? ServiceNotifier.pause : min(ServiceNotifier.pause, interval ?? .zero)
            do throws(SystemError) {
                try Deadline.after(.seconds(3600), cancellation: cancellation).pause(wait)
            } catch {
                return
            }
        }
    }

    private func send(_ lines: [String]) {
        do {
            try manager.send(lines)
        } catch {
            logger.debug("the service manager does not listen", error: error)
        }
    }

    /// What `systemctl status` shows of us.
    static func words(_ now: Status.Snapshot) -> String {
        func short(_ commit: ObjectID) -> String { String("\(commit)".prefix(7)) }
        var words = now.state.live.map { "\(short($0.commit)) is live" } ?? "nothing is published yet"
        if let remote = now.state.remote?.commit, now.state.isHeldBack(remote) {
            words += "; \(short(remote)) is held back"
        }
        if now.state.failures > 0 {
            words +=
                now.state.failures == 1
                ? "; the last attempt failed" : "; the last \(now.state.failures) attempts failed"
        }
        return words
    }
}
