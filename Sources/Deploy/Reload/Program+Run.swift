internal import Posix

extension Program {
    /// How much of what it writes is kept.
    private static let outputLimit = 16 * 1024

    /// Runs it to its end in a directory; throws, with its output, unless it exits with code 0.
    func run(in directory: String, _ environment: Environment, _ deadline: Deadline) throws(ReloadError) {
        let command = Command(path, arguments, environment: environment, directory: directory)
        let result: CommandResult
        do {
            result = try runCommand(
                command, deadline: deadline.capped(at: timeout), combined: true, outputLimit: Program.outputLimit)
        } catch {
            var failure = ReloadError(error)
            // A program of the release is what its commit made it.
            if command.isInDirectory { failure.isConfiguration = false }
            throw failure
        }
        if result.isSuccess { return }
        throw ReloadError(
            code: result.interruption == .cancelled ? .cancelled : .command, operation: "run \(path)",
            message: "it \(result.reason)", output: result.output.text)
    }
}
