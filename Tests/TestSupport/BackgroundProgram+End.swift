internal import Glibc

extension BackgroundProgram {
    /// Waits until it ends by itself and returns its exit code, or 128 plus the number of the signal that ended it.
    ///
    /// It is nil when it still runs after `limit`, and when it was stopped before.
    public func waitForEnd(within limit: Duration = .seconds(10)) -> Int32? {
        guard waitForExit(of: processID, within: limit) else { return nil }
        var information = unsafe siginfo_t()
        // Not taken away: `stop` still needs the process number to be ours.
        guard unsafe waitid(P_PID, id_t(processID), &information, WEXITED | WNOHANG | WNOWAIT) == 0 else { return nil }
        let status = unsafe information._sifields._sigchld.si_status
        return unsafe information.si_code == CLD_EXITED ? status : 128 + status
    }
}
