internal import Assembly
internal import Commands
internal import HTTPClient
internal import Options
internal import Posix
internal import Reload

/// Looks whether the application is there and may be signalled.
struct TargetDiagnostics {
    private let plan: Plan

    init(_ diagnostics: Diagnostics) {
        plan = diagnostics.plan
    }

    func run(_ tell: Diagnostics.Tell) {
        do throws(ReloadError) {
            let http = HTTPConfiguration(userAgent: "\(Product.name)/\(Product.version)")
            guard let reloader = try Reloader(plan, http: http) else { return }
            for check in reloader.checkTargets() { tell(diagnosis(check)) }
        } catch {
            tell(Diagnosis(.problem, "target", "\(error)"))
        }
    }

    private func diagnosis(_ check: TargetCheck) -> Diagnosis {
        guard let problem = check.problem else {
            let found = check.processes.map { "\($0.processID) (\($0.name))" }.joined(separator: ", ")
            return Diagnosis(.good, "target", "\(check.target) is process \(found), which may be signalled")
        }
        let text = "cannot \(problem.operation): \(problem.message)"
        switch problem.code {
        case .noTarget, .stalePidFile:
            return Diagnosis(
                .warning, "target", text,
                advice: problem.hint.map { sentence($0) }
                    ?? "It may wait for its first release. If it runs: is the process namespace shared?")
        default: return Diagnosis(.problem, "target", text, advice: problem.hint.map { sentence($0) })
        }
    }
}
