internal import Assembly
internal import Figures
internal import GitObjects
internal import HTTPClient
internal import Options
internal import Posix
internal import Remote

/// What a hook is told: a release that was published, or is about to be.
struct HookEvent: Sendable, Equatable {
    var commit: ObjectID
    /// The release's directory.
    var directory: String
}

/// Something to run for a release, outside the deployment: it neither delays nor stops it.
struct Hook: Sendable {
    /// The name in logs and metrics, as the field's standard has it.
    let name: String
    let timeout: Duration
    let backoff: Duration
    let action: Action

    enum Action: Sendable {
        /// A program, run in the release's directory.
        case program(String)
        /// A request whose answer must have one of these statuses.
        case request(url: String, method: String, status: StatusRange)
    }
}

/// A hook that did not succeed.
struct HookError: Error, CustomStringConvertible {
    let description: String
    /// What the program wrote, bounded.
    var output = ""
}

extension Hook {
    /// The hooks that a plan asks for, in the order in which they run.
    static func afterPublishing(_ plan: Plan) -> [Hook] {
        let settings = plan.settings
        var hooks: [Hook] = []
        if let command = settings.exechookCommand {
            hooks.append(
                Hook(
                    name: "exechook", timeout: settings.exechookTimeout, backoff: settings.exechookBackoff,
                    action: .program(command)))
        }
        if let url = settings.webhookURL {
            hooks.append(
                Hook(
                    name: "webhook", timeout: settings.webhookTimeout, backoff: settings.webhookBackoff,
                    action: .request(
                        url: url.address.exposed, method: settings.webhookMethod.text,
                        status: settings.webhookSuccessStatus)))
        }
        return hooks
    }

    /// The hook that runs before publishing, if there is one.
    static func beforePublishing(_ plan: Plan) -> Hook? {
        let settings = plan.settings
        return settings.prePublishExechookCommand.map { command in
            Hook(
                name: "pre-publish-exechook", timeout: settings.prePublishExechookTimeout,
                backoff: settings.prePublishExechookBackoff, action: .program(command))
        }
    }

    /// Runs the hook once and returns what it wrote.
    func run(_ event: HookEvent, _ http: HTTPConfiguration, _ cancellation: Cancellation) throws(HookError) -> String {
        let deadline = Deadline.after(timeout, cancellation: cancellation)
        switch action {
        case .program(let path): return try runProgram(path, event, deadline)
        case .request(let url, let method, let status):
            try sendRequest(url, method, status, event, http, deadline)
            return ""
        }
    }

    private func runProgram(_ path: String, _ event: HookEvent, _ deadline: Deadline) throws(HookError) -> String {
        var environment = Environment.withoutSecrets
        environment["GITSYNC_HASH"] = "\(event.commit)"
        let command = Command(path, environment: environment, directory: event.directory)
        let result: CommandResult
        do {
            result = try runCommand(command, deadline: deadline, combined: true, outputLimit: 16 * 1024)
        } catch {
            throw HookError(description: "\(error)")
        }
        guard result.isSuccess else {
            let reason = result.interruption == .timeout ? "did not end within \(durationText(timeout))" : result.reason
            throw HookError(description: "\(path) \(reason)", output: result.output.text)
        }
        return result.output.text
    }

    private func sendRequest(
        _ url: String, _ method: String, _ status: StatusRange, _ event: HookEvent, _ http: HTTPConfiguration,
        _ deadline: Deadline
    ) throws(HookError) {
        let request = HTTPRequest(
            url, method: method, headers: [HTTPHeader("Gitsync-Hash", "\(event.commit)")], redirects: .none)
        do {
            // What is meant for the repository's server must not reach this one.
            let client = try HTTPClient(http.forService(at: RemoteURL(parsing: url).host))
            let response = try client.send(request, deadline: deadline, idle: timeout, connect: timeout) { _ in }
            guard status.contains(response.status) else {
                throw HookError(
                    description: "\(request.operation) answered \(response.status) instead of \(status.text)")
            }
        } catch let error as HookError {
            throw error
        } catch {
            throw HookError(description: "\(error)")
        }
    }
}
