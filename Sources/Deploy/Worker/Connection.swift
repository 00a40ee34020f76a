internal import GitObjects
internal import Posix
internal import Releases

/// The client's end: a worker that runs, and what is said to it and by it.
final class Connection {
    let child: SocketChild
    /// Whether it has said that it is ready.
    var isReady = false
    private var parser = FrameParser()
    // Why the pack cannot be taken in. It is thrown when the frame that is being sent has been sent whole: the next one
    // would begin in the middle of it otherwise.
    private var failure: JobFailure?
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// The worker is gone.
    struct Ended: Error {}

    init(_ child: SocketChild) {
        self.child = child
    }

    /// Sends a frame; what comes meanwhile is read, so that neither waits for the other.
    func send(
        _ kind: Frame.Kind, _ payload: Span<UInt8>, _ deadline: Deadline, _ operation: String,
        isPack: Bool, whileReading take: (PackProgress) throws -> Void
    ) throws {
        let head = Frame.head(kind, payload.count)
        failure = nil
        try send(head.span, deadline, operation, isPack, take)
        try send(payload, deadline, operation, isPack, take)
        // What has come already, without waiting for more. The answer to a job is for whoever waits for it.
        guard kind == .pack else {
            if let failure { throw failure }
            return
        }
        while try fill() {}
        while let frame = try parser.next() { try handle(frame, isPack, take) }
        if let failure { throw failure }
    }

    private func send(
        _ bytes: Span<UInt8>, _ deadline: Deadline, _ operation: String, _ isPack: Bool,
        _ take: (PackProgress) throws -> Void
    ) throws {
        var position = 0
        while position < bytes.count {
            let sent: Int?
            do throws(SystemError) {
                sent = try child.socket.send(bytes.extracting(position...))
            } catch {
                throw Ended()
            }
            if let sent {
                position += sent
                continue
            }
            try deadline.wait(reading: child.socket.number, orWriting: true, operation)
            while try fill() {}
            while let frame = try parser.next() { try handle(frame, isPack, take) }
        }
    }

    /// What is said of a pack while it or the next job is sent.
    private func handle(_ frame: Frame, _ isPack: Bool, _ take: (PackProgress) throws -> Void) throws {
        switch frame.kind {
        case .progress: try take(try PackProgress(decoding: frame.payload))
        case .packFailure:
            // Of a pack that was given up nobody wants to know any more.
            if isPack { failure = try JobFailure(decoding: frame.payload) }
        default: throw WireError("\(frame.kind) was not asked for")
        }
    }

    /// Waits for the answer to a job; `isPack` says that it finishes a pack.
    func answer(
        _ deadline: Deadline, _ operation: String, isPack: Bool, _ report: ((Int, Int) -> Void)?,
        _ progress: ((PackProgress) throws -> Void)?
    ) throws -> [UInt8] {
        while true {
            let frame = try next(deadline, operation)
            switch frame.kind {
            case .answer: return frame.payload
            case .failure: throw try JobFailure(decoding: frame.payload)
            case .packFailure: if isPack { throw try JobFailure(decoding: frame.payload) }
            case .files:
                var reader = WireReader(frame.payload)
                let (done, total) = (try reader.take(Int.self), try reader.take(Int.self))
                try reader.finish()
                report?(done, total)
            case .progress: try progress?(try PackProgress(decoding: frame.payload))
            default: throw WireError("\(frame.kind) was not asked for")
            }
        }
    }

    /// Waits until the worker is ready.
    func greeting(_ deadline: Deadline, _ operation: String) throws -> WorkerGreeting {
        let frame = try next(deadline, operation)
        guard frame.kind == .ready else { throw WireError("\(frame.kind) came first") }
        return try WorkerGreeting(decoding: frame.payload)
    }

    private func next(_ deadline: Deadline, _ operation: String) throws -> Frame {
        while true {
            if let frame = try parser.next() { return frame }
            if try !fill() { try deadline.wait(reading: child.socket.number, orWriting: false, operation) }
        }
    }

    /// Reads what is there; false when nothing is.
    private func fill() throws -> Bool {
        let count: Int?
        do throws(SystemError) {
            count = try child.socket.receive(into: &buffer)
        } catch {
            throw Ended()
        }
        guard let count else { return false }
        if count == 0 { throw Ended() }
        parser.append(buffer[..<count])
        return true
    }

    /// Why the worker is gone.
    func failure(_ job: String, _ isAboutCommit: Bool) -> WorkerFailure {
        // It has closed its socket: it is ending, or was ended.
        let status = try? child.wait(.after(.seconds(2)))
        let cause: WorkerFailure.Cause =
            switch status {
            case .signalled(let number): .signal(number)
            case .exited(let code): .exited(code)
            case nil: .nonsense("it closed its socket and does not end")
            }
        return WorkerFailure(job: job, isAboutCommit: isAboutCommit, cause: cause, words: child.lastWords())
    }

    func kill() {
        child.kill()
        // Whatever a process that was killed still does, it takes no longer.
        _ = try? child.wait(.after(.seconds(5)))
    }

    /// Lets the worker end by itself, for which it closes what it has open.
    func finish() {
        child.socket.endSending()
        if (try? child.wait(.after(.seconds(2)))) == .some(nil) { kill() }
    }
}
