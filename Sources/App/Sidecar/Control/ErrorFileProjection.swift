internal import Deployment
internal import GitObjects
internal import JSON
internal import Layout
public import Options
internal import Posix
internal import Telemetry

/// Keeps `--error-file` up to date: the last error, gone as soon as all is well.
final class ErrorFileProjection: Projection {
    private let file: ErrorFile
    private let logger: Logger

    init(_ file: ErrorFile, _ logger: Logger) {
        self.file = file
        self.logger = logger
    }

    func take(_ fact: Fact, _ state: DeploymentState, at moment: Moment) {
        guard case .attemptEnded(let outcome, _) = fact else { return }
        do throws(SystemError) {
            switch outcome {
            case .unchanged, .deployed: try file.clear()
            case .rejected(let commit, let error):
                try file.write(
                    "the new release was rejected", error.description,
                    [("hash", "\(commit)"), ("stage", error.stage.rawValue)])
            case .failed(let error), .postponed(_, let error):
                try file.write(
                    "sync failed", error.description,
                    [("stage", error.stage.rawValue), ("failures", "\(state.failures)")])
            // What a person chose says nothing about the remote; what is held back is in the file already.
            case .chosen, .heldBack, .overtaken, .refused, .cancelled: break
            }
        } catch {
            logger.warning("cannot keep the error file up to date", error: error)
        }
    }
}

/// `--error-file`: the last error as JSON, for whoever watches the volume; gone as soon as all is well.
struct ErrorFile: Sendable {
    private let path: String?
    private let root: String?

    /// A file at this path; what the path leads through inside the root is not the operator's, and no link is followed.
    init(_ path: String?, root: String?) {
        self.path = path
        self.root = root
    }

    /// Replaces what the file says, as a whole.
    func write(_ message: String, _ error: String, _ arguments: [(String, String)] = []) throws(SystemError) {
        guard let path else { return }
        let value: JSONValue = [
            "Msg": "\(message)", "Err": "\(error)",
            "Args": .object(arguments.map { JSONMember(name: $0.0, value: .string($0.1)) }),
        ]
        let file = try ReleaseLayout.place(chosen: path, root: root)
        try file.directory.makeDirectories()
        try file.replace(Array((value.text + "\n").utf8))
    }

    /// Removes the file.
    func clear() throws(SystemError) {
        guard let path else { return }
        try ReleaseLayout.place(chosen: path, root: root).removeIfPresent()
    }
}

extension Sidecar {
    /// Writes wrong parameters into the error file too, as far as those say where it is.
    public static func report(_ error: UsageError, of invocation: Invocation) {
        guard let file = invocation.settings.errorFile else { return }
        let path = invocation.settings.root.map { file.resolved(against: $0.text) } ?? file
        do throws(SystemError) {
            try ErrorFile(path.text, root: invocation.settings.root?.text).write(
                "wrong parameters", error.problems.map(\.description).joined(separator: "\n"))
        } catch {
            ThisProcess.print("git-sidecar: \(error)", toStandardError: true)
        }
    }
}
