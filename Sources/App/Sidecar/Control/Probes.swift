internal import Deployment
internal import HTTPServer
internal import Posix

/// What an orchestrator asks: whether we live, and whether we serve.
struct Probes: Sendable {
    /// One thing that was looked at.
    struct Check: Equatable {
        let name: String
        /// What is wrong; nil when nothing is.
        let problem: String?
    }

    let status: Status
    let heartbeat: Heartbeat

    /// `/`, as the field's standard has it: whether an attempt has succeeded since the start.
    func root(_ request: Request) -> Response { answer(request, [firstSync]) }

    /// `/livez`: fails only when our own loop hangs, never because of the remote.
    func live(_ request: Request) -> Response { answer(request, [loop]) }

    /// `/readyz`: whether there is a release to serve.
    func ready(_ request: Request) -> Response { answer(request, [release]) }

    private var loop: Check {
        let late = heartbeat.overdue()
        return Check(
            name: "loop",
            problem: late.map { "should have shown itself \(Int64($0.inSeconds.rounded())) seconds ago" })
    }

    private var release: Check {
        let state = status.now.state
        return Check(name: "release", problem: state.live == nil ? "nothing is published" : state.outage)
    }

    private var firstSync: Check {
        let now = status.now
        if now.state.hasSucceeded { return Check(name: "first-sync", problem: nil) }
        return Check(name: "first-sync", problem: "no attempt has succeeded since the start")
    }

    private func answer(_ request: Request, _ checks: [Check]) -> Response {
        let code = checks.allSatisfy { $0.problem == nil } ? 200 : 503
        guard request.parameter("verbose") != nil else {
            return .text(code, checks.compactMap(\.problem).first ?? "ok")
        }
        let lines = checks.map { check in check.problem.map { "failed \(check.name): \($0)" } ?? "ok \(check.name)" }
        return .text(
            code, (lines + [code == 200 ? "all checks passed" : "not all checks passed"]).joined(separator: "\n"))
    }
}
