internal import GitObjects
package import Posix
package import Releases

/// The worker's side: reads jobs from a socket, has them done, and answers, until the socket is closed.
package final class WorkerServer {
    private let jobs: any ReleaseJobs
    private let channel: ServerChannel
    private var packFailed = false

    /// Every job that there is.
    private static let kinds: [UInt8: any Job.Type] = {
        let all: [any Job.Type] = [
            OpenStore.self, ExamineRelease.self, RemakeRelease.self, VerifyRelease.self, AcceptChanges.self,
            StageRelease.self, FindMissing.self, ReadSubmodules.self, FindChanges.self, DescribeCommits.self,
            ReadObjects.self, KeepCommit.self, FindCommit.self, KeepCommits.self, TidyStores.self, CheckStores.self,
            MeasureStore.self, FlushFiles.self, ReadFetchState.self, ReadShallow.self, BeginPack.self, FinishPack.self,
            CopyObjects.self, RepairRelease.self,
        ]
        return Dictionary(all.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    }()

    /// Serves one client.
    package init(_ jobs: any ReleaseJobs, socket: consuming FileDescriptor) {
        self.jobs = jobs
        channel = ServerChannel(socket)
    }

    /// Says that we are ready, and works until there is nothing more to do.
    ///
    /// - Throws: a failure of the socket, or what makes no sense in what came.
    package func run(missing: [String]) throws {
        try channel.send(.ready, WorkerGreeting(missing: missing).encoded)
        while let frame = try channel.receive() {
            switch frame.kind {
            case .job: try perform(frame.payload)
            case .pack: try take(frame.payload)
            default: throw WireError("a client does not send \(frame.kind)")
            }
        }
        jobs.end()
    }

    private func perform(_ payload: [UInt8]) throws {
        var reader = WireReader(payload)
        let number = try reader.takeByte()
        let hasFailed = packFailed
        packFailed = false
        // The client has its answer.
        if hasFailed, number == FinishPack.number { return }
        let limit = try reader.takeWord()
        guard let kind = WorkerServer.kinds[number] else { throw WireError("job \(number) is not known") }
        // A year is as good as for ever, and can be added to the time.
        let deadline = Deadline.after(.milliseconds(Int64(min(limit, 31_536_000_000))))
        try perform(kind, &reader, deadline)
    }

    private func perform<Work: Job>(_: Work.Type, _ reader: inout WireReader, _ deadline: Deadline) throws {
        let job = try reader.take(Work.self)
        try reader.finish()
        let channel = channel
        let pace = Locked(ContinuousClock.now)
        let answer: Work.Answer
        do {
            answer = try jobs.run(
                job, deadline,
                report: { done, total in
                    guard pace.isDue() else { return }
                    var writer = WireWriter()
                    writer.put(done)
                    writer.put(total)
                    channel.sendIfPossible(.files, writer.bytes)
                },
                progress: { progress in
                    guard pace.isDue() else { return }
                    channel.sendIfPossible(.progress, progress.encoded)
                })
        } catch {
            return try channel.send(.failure, JobFailure(error).encoded)
        }
        let bytes = answer.encoded
        guard bytes.count <= Frame.longest else {
            let text = "the answer has \(bytes.count) bytes; \(Frame.longest) are allowed"
            let failure = ReleaseError.refused(operation: Work.name, reason: text)
            return try channel.send(.failure, JobFailure.release(failure).encoded)
        }
        try channel.send(.answer, bytes)
    }

    private let lastProgress = Locked(ContinuousClock.now)

    private func take(_ bytes: [UInt8]) throws {
        // The client has been told; what it sent before it knew is dropped.
        if packFailed { return }
        do {
            let progress = try jobs.append(bytes.span)
            if lastProgress.isDue() { try channel.send(.progress, progress.encoded) }
        } catch {
            packFailed = true
            try channel.send(.packFailure, JobFailure(error).encoded)
        }
    }
}

extension Locked<ContinuousClock.Instant> {
    /// Whether it is long enough ago that something was said; then it is said now.
    fileprivate func isDue() -> Bool {
        let now = ContinuousClock.now
        return withLock { last in
            guard last.duration(to: now) >= .milliseconds(20) else { return false }
            last = now
            return true
        }
    }
}

/// The worker's end of the socket.
///
/// Any thread may send.
private final class ServerChannel: Sendable {
    private let socket: FileDescriptor
    private let parser = Locked(FrameParser())
    private let sending = Locked(())

    init(_ socket: consuming FileDescriptor) {
        self.socket = socket
    }

    func send(_ kind: Frame.Kind, _ payload: [UInt8]) throws(SystemError) {
        try sending.withLock { (_) throws(SystemError) in
            try socket.writeAll(Frame(kind, payload).bytes)
        }
    }

    /// Sends what is of no consequence; that nobody listens any more shows at the answer.
    func sendIfPossible(_ kind: Frame.Kind, _ payload: [UInt8]) {
        try? send(kind, payload)
    }

    /// The next frame; nil at the end.
    func receive() throws -> Frame? {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            if let frame = try parser.withLock({ (parser) throws(WireError) in try parser.next() }) { return frame }
            let count = try socket.read(into: &buffer)
            if count == 0 { return nil }
            parser.withLock { $0.append(buffer.prefix(count)) }
        }
    }
}
