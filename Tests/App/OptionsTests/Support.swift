import Options
import TestSupport

/// The top of the repository.
let repositoryTop = String(#filePath.dropLast("/Tests/App/OptionsTests/Support.swift".count))

/// A parsed command line and environment.
func parse(_ arguments: String..., environment: [String: String] = [:]) -> Invocation {
    Invocation.parse(arguments: arguments, environment: environment)
}

/// The same for arguments in a list.
func parse(_ arguments: [String], environment: [String: String] = [:]) -> Invocation {
    Invocation.parse(arguments: arguments, environment: environment)
}

extension Invocation {
    /// What is wrong, one line each.
    var complaints: [String] { problems.map(\.description) }
}

/// A machine on which the given files exist, and everything else is missing.
func probe(files: Set<String> = [], isTerminal: Bool = false) -> Probe {
    Probe(workingDirectory: "/srv", standardErrorIsTerminal: isTerminal) { files.contains($0) ? .file : .missing }
}

/// The path of a program; nil where it is not installed.
func installed(_ name: String) -> String? {
    ["/usr/bin/", "/bin/", "/usr/local/bin/"].map { $0 + name }.first { TestFiles.exists($0) }
}

/// The content of a file of the repository; empty when it cannot be read, which no expected content is.
func committed(_ path: String) -> String {
    (try? TestFiles.text(repositoryTop + "/" + path)) ?? ""
}
