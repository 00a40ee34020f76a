internal import ControlAPI
internal import JSON
public import Options
internal import Posix

/// A command that talks to a running sidecar, from its words to its exit code.
public struct ControlCommand {
    let command: Subcommand
    let arguments: SubcommandArguments
    let plan: ControlPlan
    let console: Console
    let environment: [String: String]
    /// What waits go by; nil for the system's clock.
    var clock: (any MonotonicClock)?

    /// Prepares a command; nothing happens yet.
    public init(
        _ invocation: Invocation, _ plan: ControlPlan, _ console: Console, environment: [String: String]
    ) {
        command = invocation.command
        arguments = invocation.arguments
        self.plan = plan
        self.console = console
        self.environment = environment
    }

    /// Does what was asked, and says how it went.
    public func run() -> ExitCode {
        do {
            return try perform() ? .success : .failure
        } catch {
            StageDisplay(console).end()
            console.complain("\(Product.name): \(error)")
            return .failure
        }
    }

    private func perform() throws -> Bool {
        let client = try connect()
        switch command {
        case .status: return try showStatus(client)
        case .releases: return try show(client, "/v1/releases") { ReleasesView($0, console).lines() }
        case .processes: return try show(client, "/v1/processes") { ProcessesView($0, console).lines() }
        case .sync where !arguments.wait:
            let answer = try client.post("/v1/sync")
            let number = answer["attempt"]?.integer.map { " (attempt \($0))" } ?? ""
            console.write("The remote is looked at now\(number).")
            return true
        case .sync: return try OrderCommand(.sync, self).carryOut()
        case .rollback: return try OrderCommand(.rollback(arguments.hash), self).carryOut()
        case .resume: return try OrderCommand(.resume(arguments.hash), self).carryOut()
        case .wait: return try Wait(for: arguments.hash ?? "", self).carryOut()
        case .run, .check, .doctor, .help, .version, .completions:
            throw CommandError(message: "\(command.rawValue) does not talk to a sidecar")
        }
    }

    func connect() throws(CommandError) -> ControlClient { try ControlClient(plan, environment: environment) }

    private func showStatus(_ client: ControlClient) throws(CommandError) -> Bool {
        let answer = try client.get("/v1/status")
        let status = StatusAnswer(answer)
        if arguments.json {
            console.write(answer.text)
        } else {
            console.write(lines: StatusView(status: status, style: console.style, width: console.width).lines())
        }
        return status.published != nil
    }

    private func show(
        _ client: ControlClient, _ path: String, _ lines: (JSONValue) -> [String]
    ) throws(CommandError) -> Bool {
        let answer = try client.get(path, withToken: command == .processes)
        console.write(lines: arguments.json ? [answer.text] : lines(answer))
        return true
    }
}

extension ReleasesView {
    fileprivate init(_ answer: JSONValue, _ console: Console) {
        self.init(answer: answer, now: .now(), style: console.style, width: console.width)
    }
}

extension ProcessesView {
    fileprivate init(_ answer: JSONValue, _ console: Console) {
        self.init(answer: answer, now: .now(), style: console.style, width: console.width)
    }
}
