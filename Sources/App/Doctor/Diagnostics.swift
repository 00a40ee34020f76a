public import Commands
public import Options
internal import Posix

/// Looks at everything that a sidecar with these parameters needs: `check`, and `doctor` with more of it.
///
/// The root is neither made nor locked. `check` writes nothing at all; `doctor` writes a test into the root and takes it
/// away again.
public struct Diagnostics {
    let plan: Plan
    let environment: [String: String]
    let console: Console

    /// Prepares to look; nothing happens yet.
    public init(_ plan: Plan, environment: [String: String], console: Console) {
        self.plan = plan
        self.environment = environment
        self.console = console
    }

    /// Whether a sidecar would work: parameters, remote, credentials, target and permissions.
    public func check() -> ExitCode {
        report { tell in
            parameters(tell)
            _ = RemoteDiagnostics(self).run(tell)
            TargetDiagnostics(self).run(tell)
            RootDiagnostics(self).permissions(tell)
        }
    }

    /// The same, and whatever else may be the cause when something does not work.
    public func doctor() -> ExitCode {
        report { tell in
            parameters(tell)
            let date = RemoteDiagnostics(self).run(tell)
            clock(date, tell)
            TargetDiagnostics(self).run(tell)
            let root = RootDiagnostics(self)
            root.permissions(tell)
            root.abilities(tell)
            root.space(tell)
            control(tell)
        }
    }

    /// Takes a diagnosis, which is shown at once: some of them take their time.
    typealias Tell = (Diagnosis) -> Void

    private func report(_ body: (Tell) -> Void) -> ExitCode {
        var (problems, warnings) = (0, 0)
        body { diagnosis in
            if diagnosis.level == .problem { problems += 1 }
            if diagnosis.level == .warning { warnings += 1 }
            console.write(lines: diagnosis.lines(console.style, width: console.width))
        }
        func count(_ number: Int, _ name: String) -> String { number == 1 ? "1 \(name)" : "\(number) \(name)s" }
        let words =
            switch (problems, warnings) {
            case (0, 0): console.style.good("Nothing is wrong.")
            case (0, _): console.style.doubtful("No problem, \(count(warnings, "warning")).")
            case (_, 0): console.style.bad("\(count(problems, "problem")).")
            default: console.style.bad("\(count(problems, "problem")), \(count(warnings, "warning")).")
            }
        console.write(lines: ["", words])
        return problems == 0 ? .success : .failure
    }

    private func parameters(_ tell: Tell) {
        for warning in plan.warnings { tell(Diagnosis(.warning, "parameters", warning)) }
        if plan.warnings.isEmpty {
            tell(
                Diagnosis(
                    .good, "parameters", "\(plan.settings.ref) of \(plan.repository), published at \(plan.link.text)"))
        }
    }

    private func clock(_ date: Timestamp?, _ tell: Tell) {
        guard let date else { return }
        let difference = date.seconds - Timestamp.now().seconds
        let words = "the server's clock is \(difference.magnitude) s \(difference > 0 ? "ahead of" : "behind") ours"
        // Tokens and certificates are valid for minutes at least; the header has whole seconds.
        if difference.magnitude <= 5 {
            tell(Diagnosis(.good, "clock", "as the server's"))
        } else if difference.magnitude <= 60 {
            tell(Diagnosis(.warning, "clock", words, advice: "Have this machine's clock set (NTP)."))
        } else {
            tell(
                Diagnosis(
                    .problem, "clock", words,
                    advice: "Have this machine's clock set (NTP): tokens and certificates depend on it."))
        }
    }

    private func control(_ tell: Tell) {
        switch SidecarSearch.find(on: plan.root) {
        case .answers(let words):
            tell(Diagnosis(.good, "sidecar", "one runs on \(plan.root.text) and answers. \(words)"))
        case .silent(let words, let hint):
            tell(Diagnosis(.warning, "sidecar", words, advice: hint.map { sentence($0) }))
        }
    }
}

/// A hint of an error as a sentence.
func sentence(_ hint: String) -> String {
    let end = hint.last.map { ".!?".contains($0) } == true ? "" : "."
    return hint.prefix(1).uppercased() + hint.dropFirst() + end
}
