internal import CShims
internal import Glibc

/// A program that was opened before, running as our child, with one socket between us and nothing else of ours.
///
/// It belongs to one thread at a time; the process is gone when this object is.
public final class SocketChild {
    /// The process number.
    public let processID: Int32
    /// Our end of the socket, which does not block.
    public let socket: FileDescriptor
    private let errors: FileDescriptor
    private let pidfd: FileDescriptor?
    // Readable when the process has ended; -1 where the kernel has no pidfds.
    private let waitDescriptor: Int32
    private var status: ExitStatus?

    /// The number that the other end of the socket has in the child.
    public static let childSocket: Int32 = 3
    /// The number that the program itself has in the child, which closes it.
    public static let childProgram: Int32 = 4

    /// Starts the program, without a variable in its environment.
    public init(_ program: borrowing FileDescriptor, _ arguments: [String]) throws(SystemError) {
        ignoreBrokenPipes()
        var (ours, theirs): (Int32, Int32) = (-1, -1)
        try systemCall("make a pair of sockets") { unsafe shim_socket_pair(&ours, &theirs) }
        let own = FileDescriptor(taking: ours)
        let other = FileDescriptor(taking: theirs)
        let pipe = try Pipe.make()
        let writeEnd = pipe.writeEnd
        let readEnd = pipe.readEnd
        try readEnd.setNonBlocking()
        // A child that writes more than anybody reads must not wait for that.
        try writeEnd.setNonBlocking()
        try own.setNonBlocking()
        let null = try FileDescriptor.open("/dev/null", .readWrite)
        let (number, socketEnd, errorEnd, nothing) = (program.number, other.number, writeEnd.number, null.number)
        let words = arguments.map { Array($0.utf8) }
        let processID = try ChildRegistry.record { () throws(SystemError) in
            var child: Int32 = 0
            let code = unsafe withCStrings(words) { list in
                unsafe shim_spawn_open(&child, number, list, socketEnd, nothing, errorEnd)
            }
            if code != 0 { throw SystemError(code: code, operation: "run \(arguments.first ?? "a program")") }
            return child
        }
        self.processID = processID
        socket = own
        errors = readEnd
        let handle = shim_pidfd_open(processID)
        waitDescriptor = handle
        pidfd = handle >= 0 ? FileDescriptor(taking: handle) : nil
    }

    deinit {
        if status == nil {
            kill()
            _ = try? wait(.after(.seconds(5)))
            if status == nil { ChildRegistry.abandon(processID) }
        }
    }

    /// Ends the child at once, with whatever it may have started.
    public func kill() {
        if status == nil { Glibc.kill(-processID, SIGKILL) }
    }

    /// Waits for the child's end and says how it ended; nil when the deadline came first.
    public func wait(_ deadline: Deadline) throws(SystemError) -> ExitStatus? {
        while true {
            if let status { return status }
            if shim_ended_child(processID) != 0 {
                Glibc.kill(-processID, SIGKILL)
                status = try ChildRegistry.reap(processID)
                continue
            }
            if deadline.remaining == .zero { return nil }
            try deadline.wait(for: waitDescriptor, atMost: waitDescriptor < 0 ? .milliseconds(5) : nil)
        }
    }

    /// What the child wrote last to standard error, as one line; at most some thousand bytes of it.
    public func lastWords() -> String {
        var words: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        // It does not block: without more to read it fails.
        while words.count < 1 << 20, let count = try? errors.read(into: &buffer), count > 0 {
            words.append(contentsOf: buffer.prefix(count))
            if words.count > 8192 { words.removeFirst(words.count - 8192) }
        }
        let lines = String(decoding: words.suffix(2048), as: UTF8.self).split(whereSeparator: \.isNewline)
        return String(lines.suffix(3).joined(separator: "; ").unicodeScalars.filter { $0.value >= 32 })
    }
}

extension FileDescriptor {
    /// Reads what a socket has without waiting; nil when there is nothing now, zero at its end.
    public borrowing func receive(into bytes: inout [UInt8]) throws(SystemError) -> Int? {
        let number = self.number
        while true {
            let result = unsafe bytes.withUnsafeMutableBytes { unsafe recv(number, $0.baseAddress, $0.count, 0) }
            if result >= 0 { return result }
            if errno == EAGAIN { return nil }
            // The other side has ended without reading all that was sent.
            if errno == ECONNRESET { return 0 }
            if errno != EINTR { throw SystemError.last("read from a socket") }
        }
    }

    /// Writes what a socket takes without waiting; nil when it takes nothing now.
    public borrowing func send(_ bytes: Span<UInt8>) throws(SystemError) -> Int? {
        let number = self.number
        while true {
            let result = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if result >= 0 { return result }
            if errno == EAGAIN { return nil }
            if errno != EINTR { throw SystemError.last("write to a socket") }
        }
    }
}

extension Deadline {
    /// Waits until a descriptor can be read, or also written; throws when the time is up or the work is called off.
    public func wait(
        reading descriptor: Int32, orWriting writes: Bool, _ operation: @autoclosure () -> String
    ) throws(SystemError) {
        try check(operation())
        let events = writes ? Int16(POLLIN) | Int16(POLLOUT) : Int16(POLLIN)
        var entries: [2 of pollfd] = [
            pollfd(fd: descriptor, events: events, revents: 0),
            pollfd(fd: cancellation?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = remainingMilliseconds
        var span = entries.mutableSpan
        let result = unsafe span.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, 2, milliseconds) }
        if result < 0, errno != EINTR { throw SystemError.last("wait") }
    }
}

extension FileDescriptor {
    /// Says on a socket that nothing more comes.
    public borrowing func endSending() {
        // One whose other end is gone knows already.
        shutdown(number, Int32(SHUT_WR))
    }
}
