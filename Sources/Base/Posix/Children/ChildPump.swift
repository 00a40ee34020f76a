internal import Glibc

/// Moves bytes to and from a child's pipes, whichever is ready, in one thread.
final class ChildPump {
    /// Holds the bytes of the last read.
    private(set) var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    private let child: ChildProcess
    private var pending: [UInt8] = []
    private var sent = 0
    private var closesInput = false
    private var ended = false
    private var drained = 0
    private var errorFirst = false

    // What a pipe can hold: after the process has ended, a descendant that still holds the pipe and never stops writing
    // must not keep us.
    private static let drainLimit = 1024 * 1024

    init(_ child: ChildProcess) {
        self.child = child
    }

    /// Adds bytes for the child's input and writes what goes at once.
    func queue(_ bytes: Span<UInt8>) {
        if child.input == nil { return }
        unsafe bytes.withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
        writePending()
    }

    /// Closes the child's input once all is written.
    func finishInput() {
        closesInput = true
        writePending()
    }

    /// The next bytes, now in `buffer`; nil when no more will come.
    func next(_ deadline: Deadline, idle: Duration? = nil) throws(SystemError) -> (stream: ChildStream, count: Int)? {
        var quiet = idle.map { deadline.capped(at: $0) }
        while true {
            if child.output == nil && child.error == nil { return nil }
            if drained > ChildPump.drainLimit { return nil }
            try deadline.check("run \(child.program)")
            if let idle, quiet?.remaining == .zero {
                let seconds = idle.components.seconds
                throw SystemError(code: ETIMEDOUT, operation: "get an answer from \(child.program) in \(seconds) s")
            }
            let ready = try waitForAny(quiet ?? deadline)
            if ready.input {
                writePending()
                quiet = idle.map { deadline.capped(at: $0) }
            }
            errorFirst.toggle()
            for stream in errorFirst ? [ChildStream.error, .output] : [.output, .error] {
                let isReady = stream == .output ? ready.output : ready.error
                if isReady, let count = read(stream) {
                    if ended { drained += count }
                    return (stream, count)
                }
            }
            if ended && !ready.output && !ready.error { return nil }
            ended = ended || child.hasEnded
        }
    }

    private func waitForAny(
        _ deadline: Deadline
    ) throws(SystemError) -> (input: Bool, output: Bool, error: Bool) {
        let writes = sent < pending.count
        var entries: [5 of pollfd] = [
            pollfd(fd: writes ? child.input?.number ?? -1 : -1, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: child.output?.number ?? -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: child.error?.number ?? -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: ended ? -1 : child.waitDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: deadline.cancellation?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        let limited = child.pollTick.map { deadline.capped(at: $0) } ?? deadline
        let milliseconds = ended ? 0 : limited.remainingMilliseconds
        var span = entries.mutableSpan
        let result = unsafe span.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, 5, milliseconds) }
        if result < 0, errno != EINTR { throw SystemError.last("wait for \(child.program)") }
        return (entries[0].revents != 0, entries[1].revents != 0, entries[2].revents != 0)
    }

    /// Reads once; nil when there was nothing, and then the pipe is closed unless it may come later.
    private func read(_ stream: ChildStream) -> Int? {
        let number = (stream == .output ? child.output?.number : child.error?.number) ?? -1
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
        if count > 0 { return count }
        if count < 0, errno == EAGAIN || errno == EINTR { return nil }
        switch stream {
        case .output: child.output = nil
        case .error: child.error = nil
        }
        return nil
    }

    private func writePending() {
        while let number = child.input?.number, sent < pending.count {
            let bytes = pending
            let count = unsafe bytes.span.extracting(sent...).withUnsafeBytes {
                unsafe Glibc.write(number, $0.baseAddress, $0.count)
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                // It has closed its input; what it did not want is dropped.
                child.input = nil
            }
        }
        pending.removeAll(keepingCapacity: true)
        sent = 0
        if closesInput { child.input = nil }
    }
}
