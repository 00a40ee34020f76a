internal import Deployment
internal import Options
internal import Posix
internal import Telemetry

extension Sidecar {
    /// Has a thread of its own wait for signals: the first SIGTERM or SIGINT ends the work cleanly, the second at once.
    func listenForSignals() throws(SystemError) {
        let sync: Signal? = plan.settings.syncOnSignal.map { Signal($0.number) }
        let stops = [Signal.terminate, .interrupt]
        var signals = stops
        // As the first process of a container we inherit every orphan in it.
        let reaps = ThisProcess.isFirst
        if reaps { signals.append(.childEnded) }
        if let sync, !signals.contains(sync) { signals.append(sync) }
        let set = SignalSet(signals.map(\.number))
        set.block()
        let (logger, cancellation, queue) = (self.logger, self.cancellation, self.queue)
        _ = try NativeThread("signals", detached: true) {
            var stopping: ContinuousClock.Instant?
            while true {
                let number = set.wait()
                if number == Signal.childEnded.number {
                    reapOrphans()
                } else if number == sync?.number {
                    logger.debug("signal received", ["signal": .count(number)])
                    queue.wake(.signal)
                } else if let stopping {
                    // timeout(1) and shells send one wish twice, to the process and to its group.
                    if ContinuousClock.now - stopping < .milliseconds(200) { continue }
                    ThisProcess.exit(ExitCode.failure.rawValue)
                } else {
                    logger.info("stopping", ["signal": .count(number)])
                    stopping = .now
                    queue.close()
                    cancellation.cancel()
                }
            }
        }
    }
}
