internal import Deployment
internal import GitObjects
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
