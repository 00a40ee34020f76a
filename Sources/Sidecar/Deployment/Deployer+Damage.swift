internal import GitFiles
internal import Posix
internal import Releases
internal import Remote
internal import Telemetry

// What is done when the object store does not give what it should.
extension Deployer {
    /// Reading all of the stores is worth its time once in so long.
    private static let pauseBetweenChecks = Duration.seconds(600)

    /// Looks whether an attempt failed because a store of ours is damaged, and replaces the store if so.
    ///
    /// - Returns: whether another attempt may succeed.
    func repairStores(after error: StageError, _ deadline: Deadline) -> Bool {
        guard error.mayComeFromDamage, !parts.cancellation.isCancelled else { return false }
        if let storesChecked, ContinuousClock.now - storesChecked < Deployer.pauseBetweenChecks { return false }
        storesChecked = .now
        do {
            let replaced = try parts.recovery.replaceDamagedStores(deadline: deadline)
            if replaced.isEmpty {
                // What is kept is not needed for what is live, and a remote's trouble with a store may be its own.
                if error.stage == .keep || error.cause is RemoteError { return false }
                logger.warning(
                    "an object cannot be read although the store is whole; it is fetched again", error: error)
                mustRedeploy = true
            } else {
                logger.warning(
                    "the object store is damaged and is replaced; what is needed is fetched again",
                    ["submodules": .list(replaced.modules.map { .text($0) })], error: error)
            }
            settled = nil
            return true
        } catch {
            logger.warning("cannot look for damage in the object store", error: error)
            return false
        }
    }
}

extension StageError {
    /// Whether an object that is missing or changed in our stores explains the failure.
    fileprivate var mayComeFromDamage: Bool {
        let error: GitError
        switch cause {
        case let failure as RemoteError: return failure.kind == .store
        case let failure as GitError: error = failure
        case let failure as ReleaseError:
            guard case .store(let failure) = failure else { return false }
            error = failure
        default: return false
        }
        return error.cause == nil && error.category != .memory
            && ![.limitExceeded, .foreignFormat, .user].contains(error.code)
    }
}
