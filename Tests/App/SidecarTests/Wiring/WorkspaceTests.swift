import Deployment
import GitObjects
import Layout
import Options
import Posix
import Releases
import Remote
import Telemetry
import TestSupport
import Testing

@testable import Sidecar

/// A worker that fails in every job, and counts what is wanted of it.
private final class FailingJobs: ReleaseJobs {
    var jobs = 0
    var ends = 0

    func run<Work: Job>(
        _ job: Work, _ deadline: Deadline, report: (@Sendable (_ done: Int, _ total: Int) -> Void)?,
        progress: ((PackProgress) throws -> Void)?
    ) throws -> Work.Answer {
        jobs += 1
        throw WorkerFailure(job: Work.name, isAboutCommit: Work.isAboutCommit, cause: .signal(9))
    }

    func append(_ bytes: Span<UInt8>) throws -> PackProgress { PackProgress() }
    func start() {}
    func end() { ends += 1 }
}

@Suite("What source and releases share", .scratch)
final class WorkspaceTests {
    private let jobs = FailingJobs()
    private let workspace: Workspace

    init() throws {
        let plan = try Invocation.parse(
            arguments: ["--repo=https://example.com/app.git", "--root=\(Scratch.directory)/root"], environment: [:]
        ).plan(probe: Probe(workingDirectory: "/", standardErrorIsTerminal: false) { _ in .missing })
        let layout = try ReleaseLayout(root: Scratch.directory + "/root", link: "link")
        let status = Status()
        let events = Events(status, StatusReport(info: SidecarInfo()))
        workspace = Workspace(
            plan, layout, Recovery(layout: layout, cleaner: try Cleaner(layout), jobs: jobs), recorded: nil,
            cancellation: try Cancellation(), logger: .silent
        ) { stage, unit, message in
            StageProgress(
                stage, unit: unit, logging: message, status: status, events: events, logger: .silent, statusLine: nil)
        }
    }

    private func blame(_ error: any Error, _ commit: ObjectID) -> Failure.Blame? {
        do throws(Failure) {
            try workspace.port(about: commit) { throw error }
            return nil
        } catch {
            return error.blame
        }
    }

    @Test("a crash of the worker over a commit's objects is held against the commit when it comes again")
    func crashes() throws {
        let one = try #require(ObjectID(String(repeating: "1", count: 40)))
        let two = try #require(ObjectID(String(repeating: "2", count: 40)))
        let crash = WorkerFailure(job: StageRelease.name, isAboutCommit: true, cause: .signal(6))
        #expect(blame(crash, one) == .attempt)
        #expect(blame(crash, two) == .attempt)
        #expect(blame(RemoteError(.worker, "fetch", "\(crash)", cause: crash), one) == .commit)
        #expect(blame(crash, one) == .commit)
    }

    @Test("a worker that was killed from outside, or that crashed over something else, says nothing about the commit")
    func otherEnds() throws {
        let commit = try #require(ObjectID(String(repeating: "1", count: 40)))
        for _ in 1...3 {
            let killed = WorkerFailure(job: StageRelease.name, isAboutCommit: true, cause: .signal(9))
            #expect(blame(killed, commit) == .attempt)
            let elsewhere = WorkerFailure(job: MeasureStore.name, isAboutCommit: false, cause: .signal(6))
            #expect(blame(elsewhere, commit) == .attempt)
            #expect(blame(SystemError(code: 110, operation: "stage"), commit) == .attempt)
            #expect(blame(SystemError(code: 125, operation: "stage"), commit) == .cancelled)
        }
    }

    @Test("the worker stays for an attempt, ends with it, and in between ends with what was done")
    func ends() {
        workspace.work()
        workspace.endJobsIfResting()
        #expect(jobs.ends == 0)
        workspace.rest()
        #expect(jobs.ends == 1)
        workspace.endJobsIfResting()
        #expect(jobs.ends == 2)
        workspace.work()
        workspace.endJobsIfResting()
        #expect(jobs.ends == 2)
    }

    @Test("a root that could not be opened is tried again by the next attempt, not by every look in between")
    func opening() {
        func open() { #expect(throws: WorkerFailure.self) { try workspace.open(.after(.seconds(10))) } }
        open()
        #expect(jobs.jobs == 1)
        workspace.rest()
        open()
        open()
        #expect(jobs.jobs == 1)
        workspace.work()
        open()
        #expect(jobs.jobs == 2)
    }
}
