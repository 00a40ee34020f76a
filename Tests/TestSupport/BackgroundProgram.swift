internal import Glibc
internal import Posix
internal import Synchronization

/// A server that a test started; it ends with all its descendants when it is stopped, and when the tests are killed.
public final class BackgroundProgram: Sendable {
    /// Its process, which leads a process group of its own.
    public let processID: Int32
    /// The file that receives what it writes.
    public let logPath: String
    private let leash: Leash
    private let stopped = Mutex(false)

    /// Kills a process, `$1`, all its descendants, and its group.
    ///
    /// The group is for what was forked meanwhile and for those whose parent had gone before. Nothing is stopped first:
    /// the kernel wakes stopped groups with SIGHUP when our own process ends, and nginx and sshd start anew on that.
    private static let killTree = #"""
        end() {
            for child in $(cat /proc/"$1"/task/*/children); do end "$child"; done
            kill -KILL "$1"
        }
        end "$1"
        kill -KILL "-$1"
        """#

    /// Starts a program in the background with its output in `log`.
    public convenience init(
        _ command: [String], environment: [String: String]? = nil, directory: String? = nil, log: String
    ) throws {
        try self.init(command, environment: environment, directory: directory, log: log, inheriting: [])
    }

    init(
        _ command: [String], environment: [String: String]? = nil, directory: String? = nil, log: String,
        inheriting: [InheritedDescriptor]
    ) throws {
        let opened = unsafe open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        if opened < 0 { throw SystemError.last("open \(log)") }
        let output = FileDescriptor(taking: opened)
        let nowhere = FileDescriptor(taking: unsafe open("/dev/null", O_RDONLY | O_CLOEXEC))
        var descriptors = [
            InheritedDescriptor(ours: output.number, theirs: 1), InheritedDescriptor(ours: output.number, theirs: 2),
        ]
        if !inheriting.contains(where: { $0.theirs == 0 }) {
            descriptors.append(InheritedDescriptor(ours: nowhere.number, theirs: 0))
        }
        let child = try spawn(
            command, environment: try environment ?? hermeticEnvironment(), directory: directory,
            inheriting: descriptors + inheriting)
        do {
            leash = try Leash(BackgroundProgram.killTree, String(child))
        } catch {
            kill(child, SIGKILL)
            reap(child)
            throw error
        }
        processID = child
        logPath = log
    }

    /// Whether it still runs.
    public var isRunning: Bool {
        if stopped.withLock({ $0 }) { return false }
        var information = unsafe siginfo_t()
        unsafe waitid(P_PID, id_t(processID), &information, WEXITED | WNOHANG | WNOWAIT)
        return unsafe information.si_signo == 0
    }

    /// Sends it a signal.
    public func signal(_ number: Int32) {
        stopped.withLock { stopped in
            if !stopped { kill(processID, number) }
        }
    }

    /// What it has written so far.
    public var log: String { (try? TestFiles.text(logPath)) ?? "" }

    /// Kills it and all its descendants and waits for their end; a second call does nothing.
    public func stop() {
        stopped.withLock { stopped in
            if stopped { return }
            stopped = true
            leash.release()
            reap(processID)
        }
    }

    deinit {
        stop()
    }
}
