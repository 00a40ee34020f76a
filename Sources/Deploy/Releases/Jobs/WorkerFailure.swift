/// The process that does the jobs failed.
package struct WorkerFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// How it failed.
    package enum Cause: Equatable, Sendable {
        /// It could not be started.
        case notStarted(String)
        /// A signal ended it, such as that of a trap.
        case signal(Int32)
        /// It ended by itself in the middle of a job.
        case exited(Int32)
        /// It said something that makes no sense.
        case nonsense(String)
    }

    /// What it was at, such as `stage a release`.
    package let job: String
    /// How it failed.
    package let cause: Cause
    /// Whether it speaks against the commit whose objects were worked on: a trap, or a limit that was passed, but not a
    /// kill from outside.
    package let countsAgainstCommit: Bool
    /// What it wrote last, for people; empty when it wrote nothing.
    package let words: String

    /// Describes a failure in a job.
    package init(job: String, isAboutCommit: Bool, cause: Cause, words: String = "") {
        self.job = job
        self.cause = cause
        self.words = words
        countsAgainstCommit = isAboutCommit && cause.isTrap
    }

    /// `cannot <job>: …`.
    package var description: String {
        let reason =
            switch cause {
            case .notStarted(let reason): reason
            case .signal(let number): "the worker process was ended by signal \(number) (\(Cause.name(of: number)))"
            case .exited(let code): "the worker process ended with code \(code)"
            case .nonsense(let reason): "the worker process made no sense: \(reason)"
            }
        return "cannot \(job): \(reason)" + (words.isEmpty ? "" : ": \(words)")
    }
}

extension WorkerFailure.Cause {
    // SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS: what code brings on itself, or on
    // limits that it passes. A full volume shows as SIGBUS too.
    private static let traps: [Int32: String] = [
        4: "illegal instruction", 5: "trap", 6: "aborted", 8: "arithmetic error", 11: "invalid memory access",
        24: "too much time of the processor", 25: "too large a file", 31: "forbidden system call",
    ]
    private static let others: [Int32: String] = [7: "bus error; is the volume full?", 9: "killed", 15: "terminated"]

    /// Whether the work itself ended the process.
    fileprivate var isTrap: Bool {
        if case .signal(let number) = self { WorkerFailure.Cause.traps[number] != nil } else { false }
    }

    fileprivate static func name(of signal: Int32) -> String { traps[signal] ?? others[signal] ?? "unknown" }
}
