internal import CShims
internal import Glibc

/// One of a child's standard descriptors.
public enum ChildStream: Sendable, Equatable {
    /// Its standard output.
    case output
    /// Its standard error.
    case error
}

/// What a child's standard descriptor is connected to.
public enum ChildConnection: Sendable, Equatable {
    /// `/dev/null`.
    case null
    /// A pipe whose other end we hold.
    case pipe
    /// The same as ours.
    case inherit
    /// For standard error only: wherever standard output goes.
    case sameAsOutput
}

/// A running child process, with its process group; both are gone when this object is.
///
/// It belongs to one thread at a time.
public final class ChildProcess {
    /// The process number, which is also the number of its group.
    public let processID: Int32
    /// The program's name, for messages.
    public let program: String
    /// Our ends of the pipes, which do not block; nil where there is no pipe or it has been closed.
    var input: FileDescriptor?
    var output: FileDescriptor?
    var error: FileDescriptor?
    // Readable when the process has ended. Absent where the kernel or a sandbox has no pidfds: then we look often.
    private let pidfd: FileDescriptor?
    /// What to wait on for the end of the process; -1 without pidfds.
    let waitDescriptor: Int32
    private var status: ExitStatus?

    /// Starts a program.
    ///
    /// - Throws: the reason, naming the program, when it cannot be executed.
    public init(
        _ command: Command, input: ChildConnection = .null, output: ChildConnection = .pipe,
        error: ChildConnection = .pipe
    ) throws(SystemError) {
        // Writing to a child that has gone must be an error, not our end.
        ignoreBrokenPipes()
        let inputEnds = try Ends.make(input, reading: true, standard: 0)
        let outputEnds = try Ends.make(output, reading: false, standard: 1)
        let errorEnds = try Ends.make(error == .sameAsOutput ? .null : error, reading: false, standard: 2)
        let descriptors = (
            inputEnds.child, outputEnds.child, error == .sameAsOutput ? outputEnds.child : errorEnds.child
        )
        program = command.program
        let processID = try ChildRegistry.record { () throws(SystemError) in try spawn(command, descriptors) }
        self.processID = processID
        let pidfd = shim_pidfd_open(processID)
        waitDescriptor = pidfd
        self.pidfd = pidfd >= 0 ? FileDescriptor(taking: pidfd) : nil
        self.input = inputEnds.takeOurs()
        self.output = outputEnds.takeOurs()
        self.error = errorEnds.takeOurs()
    }

    deinit {
        if status == nil { close() }
    }

    /// Whether the process has ended, without waiting and without reaping it.
    public var hasEnded: Bool {
        if status != nil { return true }
        return shim_ended_child(processID) != 0
    }

    /// Waits until the process ends, kills whatever is left of its group, and says how it ended.
    ///
    /// It does not read the pipes: a child that fills one waits until somebody does.
    public func wait(_ deadline: Deadline) throws(SystemError) -> ExitStatus {
        if let status { return status }
        while true {
            if hasEnded {
                // Before reaping: until then the group's number cannot have been given to somebody else.
                killGroup()
                if let status = try ChildRegistry.reap(processID) {
                    self.status = status
                    return status
                }
            }
            try deadline.check("wait for \(program)")
            try deadline.wait(for: waitDescriptor, atMost: pollTick)
        }
    }

    /// Asks the whole group to end (`SIGTERM`).
    public func terminateGroup() { signalGroup(SIGTERM) }

    /// Ends the whole group (`SIGKILL`).
    public func killGroup() { signalGroup(SIGKILL) }

    /// Kills the group, reaps the process and closes the pipes; takes no longer than five seconds, whatever happens.
    public func close() {
        input = nil
        output = nil
        error = nil
        guard status == nil else { return }
        killGroup()
        do {
            _ = try wait(.after(.seconds(5)))
        } catch {
            // It hangs inside the kernel, on a dead network file system for example. Nothing more can be done now.
            ChildRegistry.abandon(processID)
            status = .signalled(SIGKILL)
        }
    }

    /// How long a wait may last before the process has to be looked at; nil when `waitDescriptor` will tell.
    var pollTick: Duration? { waitDescriptor < 0 ? .milliseconds(10) : nil }

    private func signalGroup(_ signal: Int32) {
        if status == nil { kill(-processID, signal) }
    }
}

/// Both sides of one standard descriptor while a child is being started.
private struct Ends: ~Copyable {
    /// The number that the child's descriptor is made from.
    let child: Int32
    // Keeps `child` open until the child has it.
    let childEnd: FileDescriptor?
    let ours: FileDescriptor?

    static func make(
        _ connection: ChildConnection, reading: Bool, standard: Int32
    ) throws(SystemError) -> Ends {
        switch connection {
        case .inherit:
            return Ends(child: standard, childEnd: nil, ours: nil)
        case .null, .sameAsOutput:
            let null = try FileDescriptor.open("/dev/null", reading ? .read : .write)
            let high = try FileDescriptor.aboveStandard(null)
            return Ends(child: high.number, childEnd: high, ours: nil)
        case .pipe:
            let pipe = try Pipe.make()
            let readEnd = pipe.readEnd
            let writeEnd = pipe.writeEnd
            if reading {
                try writeEnd.setNonBlocking()
                return Ends(child: readEnd.number, childEnd: readEnd, ours: writeEnd)
            }
            try readEnd.setNonBlocking()
            return Ends(child: writeEnd.number, childEnd: writeEnd, ours: readEnd)
        }
    }

    consuming func takeOurs() -> FileDescriptor? { ours }
}

/// How a process ended.
public enum ExitStatus: Sendable, Equatable, CustomStringConvertible {
    /// By itself, with this code.
    case exited(Int32)
    /// By this signal.
    case signalled(Int32)

    /// Whether it exited with code 0.
    public var isSuccess: Bool { self == .exited(0) }

    /// `exited with code 1` or `ended by signal 9 (killed)`.
    public var description: String {
        switch self {
        case .exited(let code): return "exited with code \(code)"
        case .signalled(let signal):
            guard let text = unsafe strsignal(signal) else { return "ended by signal \(signal)" }
            return unsafe "ended by signal \(signal) (\(String(cString: text).lowercased()))"
        }
    }

    /// Reads the number that waitpid(2) gives.
    init(waitStatus status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
    }
}
