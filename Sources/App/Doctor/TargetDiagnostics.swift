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
        targets(tell)
        log(tell)
        programs(tell)
    }

    /// What parameters name must be there; what lies in a release shows when there is one.
    private func programs(_ tell: Diagnostics.Tell) {
        for program in plan.programs {
            let command = Command(program, environment: .withoutSecrets)
            if command.isInDirectory || program.hasPrefix("\(plan.root.text)/") { continue }
            if let file = command.executableFile {
                tell(Diagnosis(.good, "program", "\(program) is \(file)"))
            } else {
                tell(
                    Diagnosis(
                        .problem, "program", "there is no \(program) that we can run",
                        advice:
                            "Install it where git-sidecar runs: an image of its own has what is put into it and no more."
                    ))
            }
        }
    }

    private func log(_ tell: Diagnostics.Tell) {
        guard let log = AppLog(plan), let name = plan.settings.appLog?.text else { return }
        do throws(SystemError) {
            if try log.check() {
                tell(Diagnosis(.good, "log", "\(name) can be read"))
            } else {
                tell(
                    Diagnosis(
                        .warning, "log", "there is no \(name) yet",
                        advice: "The application may not have begun it. Is its volume mounted here?"))
            }
        } catch {
            let advice =
                switch log.source {
                case .file: "Name the regular file itself, which our user may read."
                case .unit: "Install systemd's journalctl beside git-sidecar, or name a file."
                }
            tell(Diagnosis(.problem, "log", "\(error)", advice: advice))
        }
    }

    private func targets(_ tell: Diagnostics.Tell) {
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
