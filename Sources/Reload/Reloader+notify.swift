public import Posix

/// One thing that was done to tell the application.
public struct Notice: Sendable, Equatable {
    /// The action.
    public let action: Action
    /// What came of it, in words, for example `sent HUP to process 12 (nginx)`.
    public let outcome: String
}

extension Reloader {
    /// Does what the change asks for: each action once, the rules' in their order, then the default ones.
    ///
    /// A target that is not there is waited for, as long as the settings say; a process that was started after
    /// publishing runs the new release already and is left alone.
    ///
    /// - Throws: what failed; the actions after it are not done.
    @discardableResult
    public func notify(_ change: Change, deadline: Deadline) throws(ReloadError) -> [Notice] {
        signalled = []
        signalledAt = nil
        activeTargets = []
        let actions = ActionRule.actions(for: change.paths, rules: settings.rules, defaults: settings.defaultActions)
        isLeftAlone = actions.isEmpty && !(settings.rules.isEmpty && settings.defaultActions.isEmpty)
        var notices: [Notice] = []
        for action in actions {
            notices.append(Notice(action: action, outcome: try perform(action, change, deadline)))
        }
        return notices
    }

    private func perform(_ action: Action, _ change: Change, _ deadline: Deadline) throws(ReloadError) -> String {
        let patience = deadline.capped(at: settings.patience)
        switch action {
        case .none: return "nothing"
        case .signal(let signal, let targets):
            return try send(signal, targets, change, patience)
        case .call(let call):
            try call.send(settings.http, patience: patience)
            return "answered"
        case .run(let program):
            try program.run(in: change.release, change.environment, deadline)
            return "succeeded"
        case .touch(let path):
            try system { () throws(SystemError) in try Files.touch(path) }
            return "touched"
        }
    }

    private func send(
        _ signal: Int32, _ targets: [Target], _ change: Change, _ patience: Deadline
    ) throws(ReloadError) -> String {
        activeTargets += targets.filter { !activeTargets.contains($0) }
        var outcomes: [String] = []
        var told: Set<Int32> = []
        for target in targets {
            // Between finding and signalling all may have ended, because somebody restarts them: look again.
            var isTold = false
            while !isTold {
                for process in try wait(for: target, patience) {
                    let entry = process.entry
                    if entry.startTime >= change.publishedAt {
                        outcomes.append("\(entry.shown) was started after publishing")
                    } else if told.contains(entry.processID) {
                        // Another target of the same action stands for it as well.
                    } else if try process.send(signal: signal) {
                        signalledAt = signalledAt ?? .now
                        signalled.append(SignalledProcess(process: process, signal: signal))
                        told.insert(entry.processID)
                        outcomes.append("sent \(signalName(signal)) to \(entry.shown)")
                    } else {
                        continue
                    }
                    isTold = true
                }
                if !isTold, patience.remaining == .zero {
                    throw ReloadError(
                        code: .noTarget, operation: "signal \(target)", message: "what matches ends at once")
                }
            }
        }
        return outcomes.joined(separator: ", ")
    }

    /// Finds the processes of a target, and looks again until some are there or patience ends.
    func wait(for target: Target, _ patience: Deadline) throws(ReloadError) -> [HeldProcess] {
        var pause = Duration.milliseconds(5)
        while true {
            do {
                return try target.find(ourselves: ourselves)
            } catch {
                guard error.code == .noTarget || error.code == .stalePidFile, patience.remaining > .zero else {
                    throw error
                }
            }
            do {
                try patience.pause(min(pause, patience.remaining))
            } catch {
                // The next look decides; after it there is no time left.
                if error.isCancelled { throw ReloadError(error) }
            }
            pause = min(pause * 2, .milliseconds(200))
        }
    }
}
