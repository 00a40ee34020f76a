internal import CShims
internal import Glibc

/// The children that somebody here waits for, so that reaping orphans never takes their exit status away.
enum ChildRegistry {
    private static let own = Locked<Set<Int32>>([])

    // With SIGCHLD ignored, as some launchers leave it to us, the kernel throws away how children end.
    private static let keepsStatuses: Bool = {
        var action = sigaction()
        guard unsafe sigaction(SIGCHLD, nil, &action) == 0 else { return false }
        if unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1 { signal(SIGCHLD, SIG_DFL) }
        return true
    }()

    /// Starts a child and records it in one step: an orphan reaper that runs meanwhile cannot take it for a foreign one.
    static func record(_ spawn: () throws(SystemError) -> Int32) throws(SystemError) -> Int32 {
        _ = keepsStatuses
        return try own.withLock { (children) throws(SystemError) -> Int32 in
            let child = try spawn()
            children.insert(child)
            return child
        }
    }

    /// Reaps our own child, if it has ended, and forgets it; nil when it still runs.
    static func reap(_ child: Int32) throws(SystemError) -> ExitStatus? {
        try own.withLock { (children) throws(SystemError) -> ExitStatus? in
            var status: Int32 = 0
            let reaped = try systemCall("wait for process \(child)") { unsafe waitpid(child, &status, WNOHANG) }
            if reaped == 0 { return nil }
            children.remove(child)
            return ExitStatus(waitStatus: status)
        }
    }

    /// Leaves a child that cannot be waited for any longer to the orphan reaper.
    static func abandon(_ child: Int32) {
        own.withLock { _ = $0.remove(child) }
    }

    /// Reaps one ended process that is nobody's; false when there is none.
    static func reapOneOrphan() -> Bool {
        own.withLock { children in
            let child = shim_ended_child(0)
            // When one of ours has ended, whoever waits for it will reap it, and orphans behind it come next time.
            if child <= 0 || children.contains(child) { return false }
            return waitpid(child, nil, WNOHANG) > 0
        }
    }
}

/// Reaps the processes that lost their parent and were given to us, as PID 1 must; call it on `SIGCHLD` and now and then.
///
/// Returns how many it reaped. Children that were started here are left to those who wait for them.
@discardableResult
public func reapOrphans() -> Int {
    var count = 0
    while ChildRegistry.reapOneOrphan() { count += 1 }
    return count
}
