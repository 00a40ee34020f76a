import GitFiles
import GitObjects
import Layout
import Posix
import Releases
import TestSupport
import Testing
import Worker

@Suite("The client of a worker", .scratch, .timeLimit(.minutes(1)))
struct ClientTests {
    private let layout: ReleaseLayout

    init() throws {
        layout = try ReleaseLayout(root: Scratch.directory + "/root", link: "link")
    }

    private func client(
        _ path: String, sandbox: SandboxMode = .auto, memory: UInt64? = nil
    ) throws -> WorkerClient {
        let settings = WorkerSettings(
            root: layout.root, link: layout.link, publishesDirectory: false, sandbox: sandbox, memory: memory)
        return WorkerClient(try WorkerProgram(at: path), settings, layout, cleaner: nil, onMissing: { _ in })
    }

    private func worker() throws -> WorkerClient { try client(builtProgram("git-sidecar-worker")) }

    /// A worker that says that it is ready, takes a job, and then does what the lines say.
    private func stranger(_ lines: String..., version: Int = 1) throws -> WorkerClient {
        let path = Scratch.directory + "/stranger"
        let head = """
            #!/usr/bin/python3
            import os, signal, sys, time
            os.write(3, bytes([0, 0, 0, 16, 1]) + (\(version)).to_bytes(8, 'big') + (0).to_bytes(8, 'big'))
            os.read(3, 65536)

            """
        try TestFiles.write(head + lines.joined(separator: "\n") + "\n", to: path, mode: 0o755)
        return try client(path)
    }

    private func failure(_ client: WorkerClient, _ deadline: Deadline = .after(.seconds(20))) -> WorkerFailure? {
        #expect(throws: WorkerFailure.self) {
            try client.run(FindChanges(old: nil, new: ObjectID(high: 0, middle: 0, low: 0)), deadline)
        }
    }

    @Test("a trap in work on a commit speaks against it, with the worker's last words")
    func trap() throws {
        let lines = "os.write(2, b'Fatal error: a tree\\n'); os.kill(os.getpid(), signal.SIGILL)"
        let failure = failure(try stranger(lines))
        #expect(failure?.cause == .signal(4))
        #expect(failure?.countsAgainstCommit == true)
        #expect(failure?.description.contains("signal 4 (illegal instruction): Fatal error: a tree") == true)
    }

    @Test(
        "a kill from outside and an end without a word do not",
        arguments: ["os.kill(os.getpid(), signal.SIGKILL)", "sys.exit(3)"])
    func killed(line: String) throws {
        let failure = failure(try stranger(line))
        #expect(failure?.cause == (line.contains("exit") ? .exited(3) : .signal(9)))
        #expect(failure?.countsAgainstCommit == false)
    }

    @Test("a trap in work that is not about one commit does not speak against any")
    func trapElsewhere() throws {
        let client = try stranger("os.kill(os.getpid(), signal.SIGSEGV)")
        let failure = #expect(throws: WorkerFailure.self) { try client.run(CheckStores(), .after(.seconds(20))) }
        #expect(failure?.cause == .signal(11))
        #expect(failure?.countsAgainstCommit == false)
    }

    @Test(
        "what makes no sense ends the worker",
        arguments: [
            "os.write(3, b'\\xff\\xff\\xff\\xff\\x04'); time.sleep(60)",
            "os.write(3, bytes([0, 0, 0, 0, 99])); time.sleep(60)",
            "os.write(3, bytes([0, 0, 0, 1, 4, 9])); time.sleep(60)",
            "os.write(3, bytes([0, 0, 0, 0, 2])); time.sleep(60)",
        ])
    func nonsense(line: String) throws {
        let client = try stranger(line)
        let failure = failure(client)
        guard case .nonsense = failure?.cause else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(client.processID == nil)
    }

    @Test("one of another version is refused with what to do")
    func version() throws {
        let failure = failure(try stranger("time.sleep(60)", version: 2))
        #expect(failure?.description.contains("install both programs from the same build") == true)
    }

    @Test("a deadline really ends the job and the process")
    func deadline() throws {
        let client = try stranger("time.sleep(60)")
        client.start()
        let process = try #require(client.processID)
        let error = #expect(throws: SystemError.self) { try client.run(MeasureStore(), .after(.milliseconds(200))) }
        #expect(error?.isTimeout == true)
        #expect(!TestFiles.exists("/proc/\(process)"))
    }

    @Test("calling off ends the job and the process")
    func cancel() throws {
        let mark = Scratch.directory + "/taken"
        let client = try stranger("open('\(mark)', 'w').close()", "time.sleep(60)")
        client.start()
        let process = try #require(client.processID)
        let cancellation = try Cancellation()
        let thread = try NativeThread("cancel") {
            // Called off before, the job would not begin.
            try? waitUntil("the job is taken") { TestFiles.exists(mark) }
            cancellation.cancel()
        }
        let error = #expect(throws: SystemError.self) {
            try client.run(MeasureStore(), .after(.seconds(50), cancellation: cancellation))
        }
        thread.join()
        #expect(error?.isCancelled == true)
        #expect(!TestFiles.exists("/proc/\(process)"))
    }

    @Test("what a worker that was ended left unfinished goes")
    func leftovers() throws {
        let client = try stranger("time.sleep(60)")
        client.start()
        try TestFiles.makeDirectory(layout.staging + "/half")
        try TestFiles.makeDirectory(layout.gitDirectory + "/objects/pack")
        try TestFiles.write("half", to: layout.gitDirectory + "/objects/pack/pack_git2_half")
        #expect(throws: SystemError.self) { try client.run(MeasureStore(), .after(.milliseconds(100))) }
        #expect(try TestFiles.list(layout.gitDirectory + "/objects/pack") == [])
        #expect(try TestFiles.list(layout.staging) == ["trash"])
    }

    @Test("a missing worker is named with what to do")
    func missing() throws {
        let error = MissingWorker(path: "/usr/bin/git-sidecar-worker", reason: "no such file or directory")
        #expect(error.description.hasSuffix("install git-sidecar-worker beside git-sidecar, from the same build"))
    }

    @Test("the worker copies, describes, stages and keeps, and a failure of a job leaves it at work")
    func works() throws {
        let fixture = try GitFixture(at: Scratch.directory + "/repository")
        let hash = try fixture.commit(["a": "1\n", "d/b": "2\n"])
        let commit = try #require(ObjectID(hash))
        let client = try worker()
        defer { client.end() }
        let deadline = Deadline.after(.seconds(50))
        #expect(try client.run(OpenStore(), deadline) == .ready)
        let request = CopyRequest(
            path: fixture.path, wants: [commit], haves: [], depth: 1, filter: .none, limits: PackLimits())
        let outcome = try client.destination(.root).copy(request, deadline) { _ in }
        guard case .copied(let progress?) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(progress.receivedObjects == 5)
        let process = client.processID
        let unknown = ObjectID(high: 1, middle: 1, low: 1)
        let error = #expect(throws: GitError.self) { try client.run(FindChanges(old: nil, new: unknown), deadline) }
        #expect(error?.code == .notFound)
        #expect(client.processID == process)
        #expect(try client.run(DescribeCommits(commits: [commit, unknown]), deadline).map { $0?.id } == [commit, nil])
        #expect(try client.run(FindChanges(old: nil, new: commit), deadline) == [Array("a".utf8), Array("d/b".utf8)])
        let staged = try client.run(
            StageRelease(commit: commit, source: nil, submodules: [], options: StagingOptions()), deadline)
        #expect(try TestFiles.text(staged.release.path + "/d/b") == "2\n")
        #expect(Set(staged.written) == [Array("a".utf8), Array("d/b".utf8)])
        _ = try client.run(FlushFiles(release: staged.release, paths: staged.written), deadline)
        _ = try client.run(FlushFiles(release: nil, paths: []), deadline)
        let full = VerifyRelease(release: staged.release, depth: .full, options: StagingOptions())
        #expect(try client.run(full, deadline) == [])
    }

    @Test("a start ahead of the first job waits for nothing, and a failure of it shows with that job")
    func ahead() throws {
        let client = try worker()
        defer { client.end() }
        client.start()
        let process = try #require(client.processID)
        try client.destination(.root).beginPack(PackLimits(), .after(.seconds(50)))
        #expect(client.processID == process)

        let path = Scratch.directory + "/no-program"
        try TestFiles.write("nothing to run", to: path)
        let other = try self.client(path)
        other.start()
        guard case .notStarted = failure(other)?.cause else {
            Issue.record("it was started")
            return
        }
    }

    @Test("a pack that is broken is reported once, and the next one is taken in")
    func packs() throws {
        let fixture = try GitFixture(at: Scratch.directory + "/repository")
        let hash = try fixture.commit(["a": .text(String(repeating: "line\n", count: 5000))])
        let commit = try #require(ObjectID(hash))
        let pack = try runProgram(
            [
                "sh", "-c",
                "git -C '\(fixture.path)' rev-list --objects --all | git -C '\(fixture.path)' pack-objects --stdout -q",
            ]
        ).succeeded().outputBytes
        let client = try worker()
        defer { client.end() }
        let deadline = Deadline.after(.seconds(50))
        let store = client.destination(.root)
        for attempt in 1...3 {
            try store.beginPack(PackLimits(), deadline)
            #expect(throws: GitError.self, "attempt \(attempt)") {
                var broken = pack
                broken[pack.count / 2] ^= 0xff
                for byte in broken { _ = try store.append([byte].span) }
                _ = try store.finishPack(shallow: [], unshallow: [])
            }
            #expect(try store.commit(of: commit, deadline) == nil)
        }
        try store.beginPack(PackLimits(maximumBytes: 10), deadline)
        let error = #expect(throws: GitError.self) {
            _ = try store.append(pack.span)
            _ = try store.finishPack(shallow: [], unshallow: [])
        }
        #expect(error?.code == .limitExceeded)
        try store.beginPack(PackLimits(), deadline)
        _ = try store.append(pack.span)
        #expect(try store.finishPack(shallow: [commit], unshallow: []).receivedObjects == 3)
        #expect(try store.commit(of: commit, deadline) == commit)
        #expect(try store.shallow(deadline) == [commit])
    }
}
