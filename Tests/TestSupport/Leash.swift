internal import Glibc
internal import Posix
internal import Synchronization

/// Runs a line of shell when this process lets go of it or ends, even by SIGKILL.
///
/// A small shell waits for the end of its input, and only we hold the other end. That is how nothing
/// that the tests start outlives them.
final class Leash: Sendable {
    private let shell: pid_t
    private let held: Mutex<Int32?>

    /// Prepares `script`; `argument` is its `$1`.
    init(_ script: String, _ argument: String) throws(SystemError) {
        var ends: [Int32] = [0, 0]
        // A pair of sockets in place of a pipe, because it can be closed to other children from the first moment.
        if unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) != 0 {
            throw SystemError.last("make a pair of sockets")
        }
        let reading = FileDescriptor(taking: ends[0])
        let writing = FileDescriptor(taking: ends[1])
        let nowhere = FileDescriptor(taking: unsafe open("/dev/null", O_RDWR | O_CLOEXEC))
        shell = try spawn(
            ["sh", "-c", "read -r _; \(script)", "sh", argument], environment: ["PATH": searchPath],
            inheriting: [
                InheritedDescriptor(ours: reading.number, theirs: 0),
                InheritedDescriptor(ours: nowhere.number, theirs: 1),
                InheritedDescriptor(ours: nowhere.number, theirs: 2),
            ])
        held = Mutex(writing.release())
    }

    /// Lets go and waits until the script has run; a second call does nothing.
    func release() {
        let descriptor = held.withLock { held in
            defer { held = nil }
            return held
        }
        guard let descriptor else { return }
        close(descriptor)
        reap(shell)
    }

    deinit {
        release()
    }
}
