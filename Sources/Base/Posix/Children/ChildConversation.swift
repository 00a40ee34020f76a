internal import Glibc

/// Talks to a child process through its standard input and output without ever waiting for one while the other is stuck.
///
/// Bytes to send are queued and go out while the answer is read. Its standard error is collected, bounded. Like the
/// process it belongs to one thread at a time, and closing it (or dropping it) ends the process and its group.
public final class ChildConversation {
    /// The process that is talked to.
    public let process: ChildProcess
    /// What it wrote to standard error so far.
    public private(set) var errorOutput: BoundedOutput
    private let pump: ChildPump
    private var chunk = 0

    /// Starts the program.
    public init(_ command: Command, errorLimit: Int = 64 * 1024) throws(SystemError) {
        process = try ChildProcess(command, input: .pipe, output: .pipe, error: .pipe)
        pump = ChildPump(process)
        errorOutput = BoundedOutput(limit: errorLimit)
    }

    /// Queues bytes for its standard input, and writes at once what it takes without waiting.
    ///
    /// When it has closed its input, the bytes are dropped: the answer and its standard error say why.
    public func send(_ bytes: Span<UInt8>) {
        pump.queue(bytes)
    }

    /// Closes its standard input as soon as everything queued has been written.
    public func finishSending() {
        pump.finishInput()
    }

    /// Waits for bytes on its standard output; they are lent by `withChunk` until the next call.
    ///
    /// False means that there will be no more. With `idle`, it also fails (`ETIMEDOUT`) when for so long no byte moved
    /// in any direction.
    public func receive(_ deadline: Deadline, idle: Duration? = nil) throws(SystemError) -> Bool {
        chunk = 0
        while let (stream, count) = try pump.next(deadline, idle: idle) {
            if stream == .output {
                chunk = count
                return true
            }
            let buffer = pump.buffer
            errorOutput.append(buffer.span.extracting(first: count))
        }
        return false
    }

    /// Lends the bytes that `receive` got.
    public func withChunk<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = pump.buffer
        return try body(buffer.span.extracting(first: chunk))
    }

    /// Closes its standard input, drops what it still writes, and waits for its end.
    public func finish(_ deadline: Deadline) throws(SystemError) -> ExitStatus {
        pump.finishInput()
        while try receive(deadline) {}
        return try process.wait(deadline)
    }

    /// Ends the process and its group at once, if it still runs.
    public func close() {
        process.close()
    }
}
