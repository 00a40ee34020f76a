internal import Options
internal import Posix
internal import Releases

// The commands that work in a staged release before it is published.
extension Deployer {
    /// Lets the prepare command write in the release, and the validate command judge it.
    func prepareAndValidate(_ staged: borrowing StagedRelease) throws(StageError) {
        let settings = plan.settings
        if let command = settings.prepareCommand {
            try perform(.prepare) { try judge(command, staged, settings.prepareTimeout) }
        }
        if let command = settings.validateCommand {
            try perform(.validate) { try judge(command, staged, settings.validateTimeout) }
        }
    }

    /// Runs a command in the release; when it does not succeed, the commit is bad.
    ///
    /// It has a time limit of its own, beside `--sync-timeout`: installing dependencies may take longer than fetching.
    private func judge(_ path: String, _ staged: borrowing StagedRelease, _ timeout: Duration) throws {
        var environment = Environment.withoutSecrets
        environment["GITSYNC_HASH"] = "\(staged.commit)"
        environment["GITSYNC_PREVIOUS_HASH"] = live.map { "\($0.commit)" } ?? ""
        environment["GITSYNC_RELEASE"] = staged.path
        let command = Command(path, environment: environment, directory: staged.path)
        let deadline = Deadline.after(timeout, cancellation: cancellation)
        let result = try runCommand(command, deadline: deadline, combined: true, outputLimit: 16 * 1024)
        if result.interruption == .cancelled { try deadline.check("run \(path)") }
        guard result.isSuccess else {
            let reason = result.interruption == .timeout ? "did not end within \(timeout.inSeconds) s" : result.reason
            throw Verdict(description: "\(path) \(reason)", output: result.output.text)
        }
    }
}
