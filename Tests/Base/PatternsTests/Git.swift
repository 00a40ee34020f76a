import TestSupport

/// A repository in the test's own directory, where the real git program is asked what is right.
struct Git {
    private let directory = Scratch.directory

    init() throws {
        try run("git init -q -b main .")
    }

    /// Runs a shell command in the repository and gives its output.
    @discardableResult
    func run(_ command: String, input: [UInt8] = []) throws -> [UInt8] {
        try runProgram(["sh", "-ec", command], input: input, directory: directory).succeeded().outputBytes
    }

    func write(_ path: String, _ bytes: [UInt8]) throws {
        try TestFiles.write(bytes, to: "\(directory)/\(path)")
    }
}
