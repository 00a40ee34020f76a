import Posix
import TestSupport
import Testing

@testable import Reload

@Suite("Process table", .scratch)
struct ProcessTests {
    @Test("a name with spaces, parentheses and line ends does not shift the other fields")
    func oddNames() throws {
        let line =
            "42 (a) R 9 (\n) S 7 42 42 0 -1 4194304 1 0 0 0 11 22 0 0 20 0 1 0 12345 1000 77 18446744073709551615\n"
        let status = try #require(ProcessStatus(line: Array(line.utf8)))
        #expect(status.processID == 42)
        #expect(status.name == "a) R 9 (\n")
        #expect(status.state == "S")
        #expect(status.parentID == 7)
        #expect(status.processorTicks == 33)
        #expect(status.startTicks == 12345)
        #expect(status.residentPages == 77)
        #expect(!status.isKernelThread)
    }

    @Test("what is no status line is nil", arguments: ["", "42", "42 (x", "42 (x) S", "42 )x( S 1 2 3", "x (y) S 1"])
    func malformed(line: String) {
        #expect(ProcessStatus(line: Array(line.utf8)) == nil)
    }

    @Test("a running program is there with its program, arguments, directory, user and start")
    func running() throws {
        let program = "\(Scratch.directory)/w e) (x"
        try TestFiles.write(try TestFiles.read("/bin/sleep"), to: program, mode: 0o755)
        let before = CurrentProcess.timeSinceBoot
        let background = try start([program, "600"], directory: Scratch.directory)
        defer { background.stop() }
        try waitUntil("the program has been started") {
            try ProcessTable.read().processes[background.processID]?.name == "w e) (x"
        }
        let entry = try #require(try ProcessTable.read().processes[background.processID])
        #expect(entry.executable == program)
        #expect(entry.arguments == [program, "600"])
        #expect(entry.workingDirectory == Scratch.directory)
        #expect(entry.userID == CurrentProcess.effectiveUserID)
        #expect(entry.parentID == CurrentProcess.processID)
        #expect(entry.residentBytes > 0)
        #expect(entry.startTime >= before - .milliseconds(10))
        #expect(entry.startTime <= CurrentProcess.timeSinceBoot)
    }

    @Test("the table can be read while processes come and go")
    func churn() throws {
        let background = try start(["sh", "-c", "while :; do /bin/true; done"])
        defer { background.stop() }
        for _ in 0..<100 { #expect(try !ProcessTable.read().processes.isEmpty) }
    }

    @Test("numbers that were used twice while the table was read do not close a circle")
    func circle() throws {
        func entry(_ number: Int32, _ parent: Int32) throws -> ProcessEntry {
            let line = "\(number) (x) S \(parent) 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5 0 0 0"
            return ProcessEntry(try #require(ProcessStatus(line: Array(line.utf8))))
        }
        let table = try ProcessTable([entry(2, 3), entry(3, 2), entry(4, 3)])
        #expect(table.ancestors(of: 4) == [3, 2])
        #expect(table.descendants(of: 2).map(\.processID) == [3, 4])
    }
}
