import Commands
internal import Doctor
import Options
import Posix
import Sidecar
import Telemetry

/// Reads the parameters, and either does what they say or says what is wrong with them.
@main
struct Main {
    static func main() {
        let invocation = Invocation.parse(
            arguments: Array(CommandLine.arguments.dropFirst()), environment: ThisProcess.environment)
        ThisProcess.exit(run(invocation).rawValue)
    }

    private static func run(_ invocation: Invocation) -> ExitCode {
        switch invocation.action {
        case .help(of: nil): ThisProcess.print(helpText())
        case .help(of: let command?): ThisProcess.print(helpText(of: command))
        case .manual: ThisProcess.print(manualText())
        case .version: ThisProcess.print("\(Product.name) \(Product.version)")
        case .completions(let shell):
            ThisProcess.print(completions(for: shell))
        case nil: return perform(invocation)
        }
        return .success
    }

    private static func perform(_ invocation: Invocation) -> ExitCode {
        let environment = ThisProcess.environment
        let console = Console.standard(environment)
        do throws(UsageError) {
            switch invocation.command {
            case .run:
                return start(try invocation.plan(probe: probe()), environment)
            case .check:
                return Diagnostics(try invocation.plan(probe: probe()), environment: environment, console: console)
                    .check()
            case .doctor:
                return Diagnostics(try invocation.plan(probe: probe()), environment: environment, console: console)
                    .doctor()
            case .status where invocation.arguments.all:
                let roots = try invocation.statusRoots(probe: probe())
                return StatusOfAll(roots, console, json: invocation.arguments.json).run()
            case .status, .releases, .sync, .rollback, .resume, .wait, .processes:
                let plan = try invocation.controlPlan(probe: probe())
                return ControlCommand(invocation, plan, console, environment: environment).run()
            case .help, .version, .completions:
                // Without an action they are only here when something is wrong with their words.
                throw UsageError(invocation.problems)
            }
        } catch {
            ThisProcess.print("\(error)", toStandardError: true)
            if invocation.command == .run { Sidecar.report(error, of: invocation) }
            return .usage
        }
    }

    private static func start(_ plan: Plan, _ environment: [String: String]) -> ExitCode {
        let format = Telemetry.LogFormat(rawValue: plan.logFormat.rawValue) ?? .json
        // A bar is for people: they read text at a terminal.
        let hasBar = format == .text && ThisProcess.standardErrorIsTerminal && environment["TERM"] != "dumb"
        let line = hasBar ? StatusLine(2) : nil
        let sink = line.map { LogSink.above($0, format: format) } ?? .standardError(format: format)
        let logger = Logger(sink, verbosity: plan.settings.verbose)
        do {
            return try Sidecar(plan, environment: environment, logger: logger, statusLine: line).run()
        } catch {
            logger.error("cannot start", error: error)
            return .failure
        }
    }

    private static func probe() -> Probe {
        Probe(
            workingDirectory: (try? Files.workingDirectory()).map { String(decoding: $0, as: UTF8.self) } ?? "/",
            standardErrorIsTerminal: ThisProcess.standardErrorIsTerminal,
            kind: { path in
                // What cannot be looked at is as good as missing: whoever needs it will say why.
                guard let status = try? Files.statusIfPresent(path, followingLinks: true) else { return .missing }
                return status.kind == .directory ? .directory : .file
            })
    }
}
