import Posix
import TestSupport

/// The built program, run as users run it.
enum Sidecar {
    /// It lies beside the program that runs these tests.
    static let program: String = {
        guard let tests = TestFiles.linkTarget("/proc/self/exe"), let slash = tests.lastIndex(of: "/") else {
            preconditionFailure("a process has a program")
        }
        return tests[..<slash] + "/git-sidecar"
    }()

    /// Runs it to its end, and kills it when that takes longer than `limit`.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], under wrapper: [String] = [],
        directory: String? = nil, within limit: Duration = .seconds(30)
    ) throws -> Run {
        // The tests may be killed meanwhile: the program must not outlive them for long even then.
        let leash = ["timeout", "--foreground", "--signal=KILL", "50"]
        let start = ContinuousClock.now
        let result = try runProgram(
            leash + wrapper + [program] + arguments, environment: try self.environment(environment),
            directory: directory, within: limit)
        let duration = ContinuousClock.now - start
        try TestFiles.write(result.errorBytes, to: try newLogPath())
        return Run(result: result, duration: duration)
    }

    /// Starts it in the background; it ends with the test at the latest.
    static func start(
        _ arguments: [String], environment: [String: String] = [:], under wrapper: [String] = []
    ) throws -> RunningSidecar {
        try RunningSidecar(
            BackgroundProgram(
                wrapper + [program] + arguments, environment: try self.environment(environment),
                log: try newLogPath()))
    }

    /// What every sidecar of the running test has in its environment, and hands on to its children.
    ///
    /// It is how `leftovers` knows them.
    static var mark: String { "TEST_DIRECTORY=\(Scratch.directory)" }

    private static func environment(_ more: [String: String]) throws -> [String: String] {
        try hermeticEnvironment(adding: ["TEST_DIRECTORY": Scratch.directory]).merging(more) { _, new in new }
    }

    private static func newLogPath() throws -> String {
        let count = try TestFiles.list(Scratch.directory).count { $0.hasSuffix(".log") }
        return "\(Scratch.directory)/sidecar-\(count + 1).log"
    }
}

/// What a sidecar that ran to its end left behind.
struct Run: CustomStringConvertible {
    let result: ProgramResult
    let duration: Duration

    var status: Int32 { result.status }
    /// What it wrote to standard output.
    var output: String { result.output }
    /// What it wrote to standard error.
    var errors: String { result.errors }
    var log: [LogLine] { [LogLine](errors) }

    var description: String { "exit \(status) after \(duration)" }
}

/// A sidecar that runs in the background.
struct RunningSidecar {
    let program: BackgroundProgram

    init(_ program: BackgroundProgram) {
        self.program = program
    }

    var log: [LogLine] { [LogLine](program.log) }

    /// Waits until its log has so many lines with a message, and returns the last of these.
    @discardableResult
    func waitFor(_ message: String, count: Int = 1, within limit: Duration = .seconds(15)) throws -> LogLine {
        var found: [LogLine] = []
        try waitUntil("\(count) times \"\(message)\" in the log; so far \(found.count)", within: limit) {
            found = log.with(message)
            return found.count >= count || !program.isRunning
        }
        guard found.count >= count else {
            throw EndedTooEarly(description: "the sidecar ended before it logged \"\(message)\" \(count) times")
        }
        return found[count - 1]
    }

    /// Sends it a signal.
    func signal(_ number: Int32) { program.signal(number) }

    /// Asks it to end and returns how it did and how long that took.
    @discardableResult
    func stop(with signal: Int32 = 15) throws -> (status: Int32?, duration: Duration) {
        let start = ContinuousClock.now
        program.signal(signal)
        let status = program.waitForEnd(within: .seconds(10))
        return (status, ContinuousClock.now - start)
    }
}

/// A sidecar that ended although it was to go on.
struct EndedTooEarly: Error, CustomStringConvertible {
    let description: String
}

/// Waits a moment until no process is left of all that sidecars of the running test started.
///
/// A moment, since a process that was killed takes its time to go.
func expectNoLeftovers() throws {
    var left: [String] = []
    try waitUntil("no process is left; there are \(left)", within: .seconds(1)) {
        left = try leftovers()
        return left.isEmpty
    }
}

/// The processes that sidecars of the running test started, or are, and that still run.
func leftovers() throws -> [String] {
    let mark = Array(Sidecar.mark.utf8) + [0]
    return try TestFiles.list("/proc").filter { $0.first?.isNumber == true }.compactMap { number in
        // Processes come and go while we look.
        guard let environment = try? TestFiles.read("/proc/\(number)/environ"),
            environment.split(separator: 0).contains(where: { $0 + [0] == mark[...] }),
            let command = try? TestFiles.read("/proc/\(number)/cmdline")
        else { return nil }
        return number + " " + String(decoding: command.map { $0 == 0 ? 32 : $0 }, as: UTF8.self)
    }
}
