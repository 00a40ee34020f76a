public import Posix

/// One thing that was done to tell the application.
public struct NotifyResult: Sendable, Equatable {
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
    public func notify(_ change: ReleaseChange, deadline: Deadline) throws(ReloadError) -> [NotifyResult] {
        signalled = []
        signalledAt = nil
        activeTargets = []
        let actions = ActionRule.actions(for: change.paths, rules: settings.rules, defaults: settings.defaultActions)
        isLeftAlone = actions.isEmpty && !(settings.rules.isEmpty && settings.defaultActions.isEmpty)
        // The application never heard of the release that is gone back from.
        if change.goesBack, isUntold { return [] }
        isUntold = false
        var notices: [NotifyResult] = []
        for action in actions {
            do {
                notices.append(NotifyResult(action: action, outcome: try perform(action, change, deadline)))
            } catch {
                isUntold = notices.isEmpty && action.isOurs && error.isConfiguration
                throw error
            }
        }
        return notices
    }

    private func perform(_ action: Action, _ change: ReleaseChange, _ deadline: Deadline) throws(ReloadError) -> String
    {
        // A command has a limit of its own.
        let limit = deadline.capped(at: settings.healthTimeout)
        switch action {
        case .none: return "nothing"
        case .signal(let signal, let targets):
            return try send(signal, targets, change, limit)
        case .call(let call):
            try call.send(settings.http, deadline: limit)
            return "answered"
        case .run(let program):
            try program.run(in: change.release, change.environment, deadline)
            return "succeeded"
        case .touch(let path):
            try system { () throws(SystemError) in try Files.touch(path) }
            return "touched"
        }
    }
}
