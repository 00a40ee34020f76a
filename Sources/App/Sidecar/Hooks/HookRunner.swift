internal import HTTPClient
internal import Posix
internal import Synchronization
internal import Telemetry

/// Runs a hook on a thread of its own: for the newest release only, and again until it succeeds.
final class HookRunner: Sendable {
    private let hook: Hook
    private let http: HTTPConfiguration
    private let logger: Logger
    private let counter: Counter
    private let cancellation: Cancellation
    private let wake: WakeEvent
    private let waiting = Mutex<HookEvent?>(nil)

    init(
        _ hook: Hook, http: HTTPConfiguration, logger: Logger, counter: Counter, cancellation: Cancellation
    ) throws(SystemError) {
        self.hook = hook
        self.http = http
        self.logger = logger.with("hook", "\(hook.name)")
        self.counter = counter
        self.cancellation = cancellation
        wake = try WakeEvent()
    }

    /// Starts the thread; it ends when the work is called off.
    func start() throws(SystemError) -> NativeThread {
        try NativeThread(hook.name) { [self] in serve() }
    }

    /// Has the hook run for this release, instead of any other that still waits.
    func send(_ event: HookEvent) {
        waiting.withLock { $0 = event }
        wake.raise()
    }

    /// Runs the hook once, here and now.
    func runOnce(_ event: HookEvent) throws(HookError) {
        do throws(HookError) {
            let output = try hook.run(event, http, cancellation)
            counter.add(1, hook.name, "success")
            logger.info("hook ran", ["hash": "\(event.commit)", "output": "\(output)"])
        } catch {
            // A hook that we ended because we end has not failed.
            if cancellation.isCancelled { throw error }
            counter.add(1, hook.name, "error")
            logger.error("hook failed", ["hash": "\(event.commit)", "output": "\(error.output)"], error: error)
            throw error
        }
    }

    private func serve() {
        var current: HookEvent?
        while !cancellation.isCancelled {
            if let next = waiting.withLock({ $0.take() }) { current = next }
            do {
                guard let event = current else {
                    try wake.wait(.after(.seconds(3600), cancellation: cancellation))
                    continue
                }
                do throws(HookError) {
                    try runOnce(event)
                    current = nil
                } catch {
                    // A newer release ends the pause: the old one is of no interest any more.
                    try wake.wait(.after(hook.backoff, cancellation: cancellation))
                }
            } catch {
                logger.error("hook cannot wait", error: error)
                return
            }
        }
    }
}
