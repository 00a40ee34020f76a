internal import Glibc
public import Posix

/// A process that a target stands for, held from finding it to signalling it.
public final class HeldProcess {
    /// What it looked like when it was found.
    public let entry: ProcessEntry
    private let handle: ProcessHandle

    /// Takes hold of the process; nil when it has ended, even if another one has its number by now.
    init?(_ entry: ProcessEntry) throws(SystemError) {
        do {
            handle = try ProcessHandle(entry.processID)
        } catch {
            if error.code == ESRCH { return nil }
            throw error
        }
        // Whoever has the number now has it under our hand, unless it ended: the start time tells whether it is who
        // was found.
        guard let now = try ProcessEntry.read(entry.processID, .user), now.startTicks == entry.startTicks, !now.isZombie
        else { return nil }
        var entry = entry
        entry.userID = now.userID
        self.entry = entry
    }

    /// Whether it has ended.
    public var hasEnded: Bool { handle.hasEnded() }

    /// Waits until it ends; false when the deadline came first.
    public func waitForEnd(_ deadline: Deadline) throws(SystemError) -> Bool { try handle.waitForEnd(deadline) }

    /// Sends a signal; false when the process had ended before.
    public func send(signal: Int32) throws(ReloadError) -> Bool {
        // A zombie takes every signal, and nothing comes of it.
        if hasEnded { return false }
        do {
            try handle.send(signal: signal)
            return true
        } catch {
            if error.code == ESRCH { return false }
            throw refusal(error)
        }
    }

    /// What it does with signals now; nil when it has ended.
    func signalHandling() throws(ReloadError) -> SignalHandling? {
        let handling = try system(nil) { () throws(SystemError) -> SignalHandling? in
            guard let directory = try ProcessDirectory.open(entry.processID) else { return nil }
            return try directory.signalHandling()
        }
        // Whoever has its number since it ended was looked at.
        return hasEnded ? nil : handling
    }

    /// Throws when we are not allowed to signal it.
    public func checkPermission() throws(ReloadError) {
        _ = try send(signal: 0)
    }

    private func refusal(_ error: SystemError) -> ReloadError {
        guard error.code == EPERM else { return ReloadError(error) }
        let user = entry.userID.map { "uid \($0)" } ?? "another user"
        return ReloadError(
            code: .permission, operation: "signal \(entry.shown)",
            message: "the target runs as \(user), we are uid \(CurrentProcess.effectiveUserID)",
            hint: "run the sidecar with that uid or CAP_KILL")
    }
}
