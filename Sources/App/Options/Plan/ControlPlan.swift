/// Where the sidecar is that a command talks to.
public enum ControlPlan: Sendable, Equatable {
    /// The socket in a root.
    case socket(root: Path)
    /// A URL, and the file with the token that changes need.
    case url(Address, tokenFile: Path?)
}

extension Invocation {
    /// Finds the sidecar that a command talks to.
    ///
    /// The rest of the environment describes the sidecar, not the command: what is wrong there does not matter here.
    public func controlPlan(probe: Probe) throws(UsageError) -> ControlPlan {
        let relevant = problems.filter { !$0.isFromEnvironment }
        if !relevant.isEmpty { throw UsageError(relevant) }
        if let url = arguments.control {
            let base = settings.root.map { $0.resolved(against: probe.workingDirectory).text } ?? probe.workingDirectory
            return .url(url.address, tokenFile: settings.apiTokenFile?.resolved(against: base))
        }
        guard let root = settings.root else {
            throw UsageError([
                Problem("--root", "is required, to find the sidecar; or give --control after the command")
            ])
        }
        return .socket(root: root.resolved(against: probe.workingDirectory))
    }

    /// The roots that `status --all` names; none when all are to be found.
    public func statusRoots(probe: Probe) throws(UsageError) -> [Path] {
        let relevant = problems.filter { !$0.isFromEnvironment }
        if !relevant.isEmpty { throw UsageError(relevant) }
        return arguments.roots.map { Path($0).resolved(against: probe.workingDirectory) }
    }
}
