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
        case .help:
            ThisProcess.print(helpText())
            return .success
        case .manual:
            ThisProcess.print(manualText())
            return .success
        case .version:
            ThisProcess.print("\(Product.name) \(Product.version)")
            return .success
        case nil:
            break
        }
        let plan: Plan
        do throws(UsageError) {
            plan = try invocation.plan(probe: probe())
        } catch {
            ThisProcess.print("\(error)", toStandardError: true)
            Sidecar.report(error, of: invocation)
            return .usage
        }
        let format = Telemetry.LogFormat(rawValue: plan.logFormat.rawValue) ?? .json
        let logger = Logger(.standardError(format: format), verbosity: plan.settings.verbose)
        do {
            return try Sidecar(plan, environment: ThisProcess.environment, logger: logger).run()
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
