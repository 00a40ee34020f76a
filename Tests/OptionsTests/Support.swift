import Foundation
import Options

/// The top of the repository.
let repositoryTop = String(#filePath.dropLast("/Tests/OptionsTests/Support.swift".count))

/// The message of a parameter whose feature is not built.
let notAvailable = "not available yet"

/// A parsed command line and environment.
func parse(_ arguments: String..., environment: [String: String] = [:]) -> Invocation {
    Invocation.parse(arguments: arguments, environment: environment)
}

/// The same as if every feature were built.
func parseEverything(_ arguments: [String], environment: [String: String] = [:]) -> Invocation {
    var invocation = Invocation.parse(arguments: arguments, environment: environment)
    invocation.problems.removeAll { $0.message == notAvailable }
    return invocation
}

extension Invocation {
    /// What is wrong, one line each.
    var complaints: [String] { problems.map(\.description) }
}

/// A machine on which the given files exist, and everything else is missing.
func probe(files: Set<String> = [], isTerminal: Bool = false) -> Probe {
    Probe(workingDirectory: "/srv", standardErrorIsTerminal: isTerminal) { files.contains($0) ? .file : .missing }
}

/// A program that was run: its exit code and all it printed.
struct Run {
    let status: Int32
    let output: String

    /// Runs a program with a file on its standard input.
    init(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
    }
}

/// The path of the first of the programs that is installed.
func installed(_ name: String) -> String? {
    ["/usr/bin/", "/bin/", "/usr/local/bin/"].map { $0 + name }.first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
}

/// The content of a file of the repository; empty when it cannot be read.
func committed(_ path: String) -> String {
    (try? String(contentsOfFile: repositoryTop + "/" + path, encoding: .utf8)) ?? ""
}
