import Glibc
import Posix
import TestSupport
import Testing

@testable import Reload

@Suite("Survey of processes", .scratch, .timeLimit(.minutes(1)))
struct SurveyTests {
    @Test("the root of a tree is signalled, its workers are not, and each is told why")
    func tree() throws {
        let name = uniqueName()
        let master = try start([try script(name, "#!/bin/sh\n(while :; do sleep 1; done) &\nwait\n")])
        defer { master.stop() }
        try waitUntil("the worker runs") {
            try ProcessTable.read().processes.values.count { $0.name == name } == 2
        }
        let survey = try ProcessSurvey([.name(name), .name("nobody-is-called-this")], ourselves: nobodyOurselves)
        #expect(survey.targets.map(\.problem?.code) == [nil, .noTarget])
        let findings = survey.processes.filter { $0.entry.name == name }
        #expect(findings.count == 2)
        let root = try #require(findings.first { $0.entry.processID == master.processID })
        #expect(root.isSignalled)
        #expect(root.why == "root of the tree that name:\(name) finds")
        let worker = try #require(findings.first { $0.entry.processID != master.processID })
        #expect(!worker.isSignalled)
        #expect(worker.why == "below process \(master.processID), which name:\(name) finds")
        #expect(survey.processes.count { $0.isSignalled } == 1)
    }

    @Test("we ourselves and what we started are told apart from the rest")
    func ourselves() throws {
        let child = try start(["/bin/sleep", "600"])
        defer { child.stop() }
        let survey = try ProcessSurvey([], ourselves: getpid())
        func why(_ number: Int32) -> String? { survey.processes.first { $0.entry.processID == number }?.why }
        #expect(why(getpid()) == "the sidecar itself")
        #expect(why(child.processID) == "started by the sidecar")
        #expect(why(1) == "no signal is asked for")
        #expect(survey.processes.allSatisfy { !$0.isSignalled })
    }
}
