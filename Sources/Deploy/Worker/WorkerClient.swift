internal import GitFiles
package import GitObjects
package import Layout
package import Posix
package import Releases

/// Has jobs done by a process that has no secrets and no rights, and starts it when there is something to do.
///
/// A deadline, or being called off, ends the process: nothing that it reads can keep us waiting.
package final class WorkerClient: ReleaseJobs {
    private let program: WorkerProgram
    private var settings: WorkerSettings
    private let layout: ReleaseLayout
    private let cleaner: Cleaner?
    // Told once what the kernel cannot do to confine the worker.
    private var onMissing: (([String]) -> Void)?
    private var connection: Connection?
    private var pack: Pack?

    /// The pack that is being sent.
    private struct Pack {
        let deadline: Deadline
        var progress = PackProgress()
        var sent: UInt64 = 0
    }

    /// A client that has not started anything yet.
    ///
    /// - Parameters:
    ///   - program: the worker.
    ///   - settings: what it is told.
    ///   - layout: the root.
    ///   - cleaner: what removes the leftovers of a worker that was ended.
    ///   - onMissing: is told once what the kernel cannot do.
    package init(
        _ program: consuming WorkerProgram, _ settings: WorkerSettings, _ layout: ReleaseLayout, cleaner: Cleaner?,
        onMissing: @escaping ([String]) -> Void
    ) {
        self.program = program
        self.settings = settings
        self.layout = layout
        self.cleaner = cleaner
        self.onMissing = onMissing
    }

    /// The process that works for us now; nil when there is none.
    package var processID: Int32? { connection?.child.processID }

    package func start() {
        if connection != nil { return }
        do {
            connection = try spawn()
        } catch {
            // The next job starts it again, and reports why that is not possible.
        }
    }

    package func end() {
        pack = nil
        guard let connection else { return }
        self.connection = nil
        connection.finish()
    }

    package func run<Work: Job>(
        _ job: Work, _ deadline: Deadline, report: (@Sendable (_ done: Int, _ total: Int) -> Void)?,
        progress: ((PackProgress) throws -> Void)?
    ) throws -> Work.Answer {
        try deadline.check(Work.name)
        let isPack = job is FinishPack
        if isPack, pack == nil { throw WorkerClient.noPack }
        pack = nil
        if let copy = job as? CopyObjects { try allow(copy.request.path) }
        var message = WireWriter()
        message.put(byte: Work.number)
        message.put(word: UInt64(deadline.remainingMilliseconds))
        message.put(job)
        let answer = try with(Work.name, Work.isAboutCommit) { connection in
            try connection.send(
                .job, message.bytes.span, deadline, Work.name, isPack: isPack, whileReading: { _ in })
            return try connection.answer(deadline, Work.name, isPack: isPack, report, progress)
        }
        if job is BeginPack { pack = Pack(deadline: deadline) }
        do throws(WireError) {
            return try Work.Answer(decoding: answer)
        } catch {
            abandon()
            throw WorkerFailure(job: Work.name, isAboutCommit: false, cause: .nonsense("\(error)"))
        }
    }

    package func append(_ bytes: Span<UInt8>) throws -> PackProgress {
        guard var pack else { throw WorkerClient.noPack }
        self.pack = nil
        try with("index the pack", true) { connection in
            var start = 0
            while start < bytes.count {
                let end = min(start + (1 << 20), bytes.count)
                try connection.send(
                    .pack, bytes.extracting(start..<end), pack.deadline, "index the pack",
                    isPack: true, whileReading: { progress in pack.progress = progress })
                start = end
            }
        }
        pack.sent += UInt64(bytes.count)
        self.pack = pack
        // The worker may be behind with what it says; the bytes are known here.
        var progress = pack.progress
        progress.receivedBytes = pack.sent
        return progress
    }

    private static let noPack = GitError(
        code: .unspecified, operation: "index the pack", message: "no pack was begun")

    /// Lets the next worker read a repository on this machine.
    private func allow(_ path: String) throws(GitError) {
        var wanted = [path]
        wanted += try LocalRepository.open(path).directories
        let fresh = wanted.filter { !settings.sources.contains($0) }
        if fresh.isEmpty { return }
        settings.sources += fresh
        end()
    }

    private static let startJob = "start the worker process"

    private func spawn() throws -> Connection {
        try system { () throws(SystemError) in
            // What it may write to must be there when it confines itself.
            for place in [layout.stagingPlace, layout.releasesPlace] { try place.makeDirectories() }
            if try layout.store.statusIfPresent() == nil { try layout.store.makeDirectory() }
        }
        do throws(SystemError) {
            return Connection(try SocketChild(program.file, [WorkerProgram.name] + settings.arguments))
        } catch {
            throw WorkerFailure(job: Self.startJob, isAboutCommit: false, cause: .notStarted("\(error)"))
        }
    }

    /// The worker, once it is ready.
    private func connect() throws -> Connection {
        if let connection, connection.isReady { return connection }
        let job = Self.startJob
        let fresh = try connection ?? spawn()
        connection = fresh
        let greeting = try work(with: fresh, job, false) { try fresh.greeting(.after(.seconds(30)), job) }
        guard greeting.version == Frame.version else {
            abandon()
            throw WorkerFailure(
                job: job, isAboutCommit: false,
                cause: .notStarted(
                    "it speaks version \(greeting.version) of the protocol, we speak \(Frame.version); install both"
                        + " programs from the same build"))
        }
        if !greeting.missing.isEmpty {
            if settings.sandbox == .require {
                abandon()
                throw WorkerFailure(
                    job: job, isAboutCommit: false,
                    cause: .notStarted(
                        "it cannot be confined (\(greeting.missing.joined(separator: "; "))); use a newer kernel, or"
                            + " --sandbox=auto"))
            }
            onMissing?(greeting.missing)
        }
        onMissing = nil
        fresh.isReady = true
        return fresh
    }

    /// Works with the process; ends it when that does not come to a good end.
    private func with<Result>(
        _ job: String, _ isAboutCommit: Bool, _ body: (Connection) throws -> Result
    ) throws -> Result {
        let connection = try connect()
        return try work(with: connection, job, isAboutCommit) { try body(connection) }
    }

    private func work<Result>(
        with connection: Connection, _ job: String, _ isAboutCommit: Bool, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch let failure as JobFailure {
            // The job failed as jobs do; the process works on.
            switch failure {
            case .release(let error): throw error
            case .store(let error): throw error
            case .system(let error): throw error
            case .other(let text):
                abandon()
                throw WorkerFailure(job: job, isAboutCommit: false, cause: .nonsense(text))
            }
        } catch is Connection.Ended {
            let failure = connection.failure(job, isAboutCommit)
            abandon()
            throw failure
        } catch let error as WireError {
            abandon()
            throw WorkerFailure(job: job, isAboutCommit: false, cause: .nonsense("\(error)"))
        } catch {
            // Its time is up, it is called off, or whoever watches has seen enough.
            abandon()
            throw error
        }
    }

    /// Ends the process at once, and removes what it left unfinished.
    private func abandon() {
        pack = nil
        guard let connection else { return }
        self.connection = nil
        connection.kill()
        do {
            try layout.removeLeftovers()
            cleaner?.start()
        } catch {
            // The next start of the sidecar removes it; what failed now is reported for a better reason.
        }
    }
}

extension JobFailure: Error {}
