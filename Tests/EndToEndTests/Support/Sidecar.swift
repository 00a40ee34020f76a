import Posix
import TestSupport

/// The program that ships, run as users run it.
enum Sidecar {
    /// The same program with a sanitizer in it, where that is what the tests are run for; `scripts/run-tests` says so.
    static let sanitized = ThisProcess.environment["SANITIZED_GIT_SIDECAR"]

    private static let shipped =
        String(#filePath.dropLast("Tests/EndToEndTests/Support/Sidecar.swift".count))
        + ".build/release/git-sidecar"

    /// The path of the program; there is no other to fall back to.
    static var program: String {
        get throws {
            let path = sanitized ?? shipped
            guard TestFiles.exists(path) else {
                throw NotBuilt(description: "there is no \(path): scripts/run-tests builds it, and so does make build")
            }
            return path
        }
    }

    /// Runs it to its end, and kills it when that takes longer than `limit`.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], under wrapper: [String] = [],
        directory: String? = nil, within limit: Duration = .seconds(30)
    ) throws -> Run {
        // The tests may be killed meanwhile: the program must not outlive them for long even then.
        let leash = ["timeout", "--foreground", "--signal=KILL", "50"]
        let start = ContinuousClock.now
        let result = try runProgram(
            leash + wrapper + [try program] + arguments, environment: try self.environment(environment),
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
                wrapper + [try program] + arguments, environment: try self.environment(environment),
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

/// The program that the tests are to run was not built.
struct NotBuilt: Error, CustomStringConvertible {
    let description: String
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

    /// Asks it to end and returns its exit code; nil when it has not ended after ten seconds.
    @discardableResult
    func stop(with signal: Int32 = 15) throws -> Int32? {
        program.signal(signal)
        return program.waitForEnd(within: .seconds(10))
    }
}

/// A sidecar that ended although it was to go on.
struct EndedTooEarly: Error, CustomStringConvertible {
    let description: String
}

/// Waits until no process is left of all that sidecars of the running test started.
///
/// A process that was killed takes its time to go. What they start here lasts far longer than the wait.
func expectNoLeftovers() throws {
    var left: [String] = []
    try waitUntil("no process is left; there are \(left)") {
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
