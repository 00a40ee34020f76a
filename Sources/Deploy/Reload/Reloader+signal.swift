internal import Posix

// Signals reach the processes that targets stand for, once they can take them.
extension Reloader {
    /// Signals the roots of all targets, and says in words what became of each.
    func send(
        _ signal: Int32, _ targets: [Target], _ change: ReleaseChange, _ deadline: Deadline
    ) throws(ReloadError) -> String {
        activeTargets += targets.filter { !activeTargets.contains($0) }
        var outcomes: [String] = []
        var told: Set<Int32> = []
        for target in targets {
            // Between finding and signalling all may have ended, because somebody restarts them: look again.
            var isTold = false
            while !isTold {
                for process in try wait(for: target, deadline) {
                    // Another target of the same action may stand for it as well.
                    if !told.contains(process.entry.processID) {
                        guard let outcome = try tell(process, signal, change, deadline) else { continue }
                        told.insert(process.entry.processID)
                        outcomes.append(outcome)
                    }
                    isTold = true
                }
                if !isTold, deadline.remaining == .zero {
                    throw ReloadError(
                        code: .ended, operation: "signal \(target)", message: "what matches ends at once")
                }
            }
        }
        return outcomes.joined(separator: ", ")
    }

    /// Signals a process as soon as it can take it; nil when it has ended.
    private func tell(
        _ process: HeldProcess, _ signal: Int32, _ change: ReleaseChange, _ deadline: Deadline
    ) throws(ReloadError) -> String? {
        let entry = process.entry
        if entry.startTime >= change.publishedAt { return "\(entry.shown) was started after publishing" }
        if !isEnding(signal), try !waitForHandler(of: process, signal, deadline) {
            // It was not told about the bad release either, for this very reason, and must not be ended for it.
            if change.goesBack { return "\(entry.shown) has no handler for \(Signal(signal)), left alone" }
            throw ReloadError(
                code: .noHandler, operation: "signal \(entry.shown)",
                message: "it has no handler for \(Signal(signal)), which would end it",
                hint: "a server that is meant to end and to be restarted gets TERM")
        }
        let command = try system { () throws(SystemError) in
            try ProcessEntry.read(entry.processID, .arguments)?.arguments ?? []
        }
        guard try process.send(signal: signal) else { return nil }
        signalledAt = signalledAt ?? deadline.now
        signalled.append(SignalledProcess(process: process, signal: signal, command: command))
        return "sent \(Signal(signal).name) to \(entry.shown)"
    }

    /// Waits until the signal would not just end the process, which may be on its way up.
    ///
    /// - Returns: false when it still would at the deadline; one that has ended meanwhile counts as ready.
    /// - Throws: `cancelled`, or what the system refused.
    private func waitForHandler(
        of process: HeldProcess, _ signal: Int32, _ deadline: Deadline
    ) throws(ReloadError) -> Bool {
        var pause = Duration.milliseconds(2)
        var heldSince: ContinuousClock.Instant?
        while let effect = try process.signalHandling()?.effect(of: signal), effect != .harmless, effect != .waits {
            // A process that makes a child is soon done with that, also on a machine that is busy.
            heldSince = effect == .waitsWithAll ? heldSince ?? deadline.now : nil
            if let heldSince, deadline.now - heldSince > .seconds(1) { return true }
            if deadline.remaining == .zero { return false }
            try self.pause(pause, deadline)
            pause = min(pause * 2, .milliseconds(50))
        }
        return true
    }

    /// Finds the processes of a target, and looks again until some are there or the deadline comes.
    func wait(for target: Target, _ deadline: Deadline) throws(ReloadError) -> [HeldProcess] {
        var pause = Duration.milliseconds(5)
        while true {
            do {
                return try target.find(ourselves: ourselves)
            } catch {
                guard error.code == .noTarget || error.code == .stalePidFile, deadline.remaining > .zero else {
                    var failure = error
                    if wasThere(target) { failure.isConfiguration = false }
                    throw failure
                }
            }
            try self.pause(pause, deadline)
            pause = min(pause * 2, .milliseconds(200))
        }
    }

    /// Pauses until the deadline at most; whoever does so looks once more, and then at the time.
    private func pause(_ duration: Duration, _ deadline: Deadline) throws(ReloadError) {
        do {
            try deadline.pause(min(duration, deadline.remaining))
        } catch {
            if error.isCancelled { throw ReloadError(error) }
        }
    }
}
