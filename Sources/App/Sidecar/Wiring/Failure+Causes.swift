internal import Deployment
internal import GitFiles
internal import Posix
internal import Releases
internal import Reload
internal import Remote

extension Failure {
    /// What an error of another module means for a deployment.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as RemoteError:
            self.init(
                "\(error)", blame: error.kind == .cancelled ? .cancelled : error.kind == .store ? .store : .attempt,
                retryAfter: error.retryAfter)
        case let error as ReloadError:
            self.init("\(error)", output: error.output, blame: Failure.blame(error))
        case let error as GitError: self.init("\(error)", blame: Failure.blame(error))
        case ReleaseError.store(let error): self.init("\(error)", blame: Failure.blame(error))
        case ReleaseError.system(let error): self.init("\(error)", blame: error.isCancelled ? .cancelled : .attempt)
        case let error as SystemError: self.init("\(error)", blame: error.isCancelled ? .cancelled : .attempt)
        default: self.init("\(error)")
        }
    }

    /// Whether an object that is missing or changed in our stores explains the failure.
    private static func blame(_ error: GitError) -> Blame {
        if error.cause?.isCancelled == true { return .cancelled }
        let isDamage =
            error.cause == nil && error.category != .memory
            && ![.limitExceeded, .foreignFormat, .user].contains(error.code)
        return isDamage ? .store : .attempt
    }

    /// Whether the release has to do with it that the application could not be told, or was not seen to run it.
    private static func blame(_ error: ReloadError) -> Blame {
        switch error.code {
        case .cancelled: .cancelled
        case _ where error.isConfiguration: .configuration
        case .system: .attempt
        default: .commit
        }
    }

    /// Whether the worker process brought its end on itself, over the objects of a commit.
    static func isCrash(_ error: any Error) -> Bool {
        switch error {
        case let error as WorkerFailure: error.countsAgainstCommit
        case let error as RemoteError: error.cause.map { isCrash($0) } ?? false
        default: false
        }
    }
}

/// Runs code of another module inside a port.
func port<Result: ~Copyable>(_ body: () throws -> Result) throws(Failure) -> Result {
    do {
        return try body()
    } catch {
        throw Failure(error)
    }
}
