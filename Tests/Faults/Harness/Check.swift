internal import JSON
internal import Posix
internal import TestSupport

/// A promise that did not hold.
struct Broken {
    let check: String
    let phase: String
    let text: String
}

/// Looks at a root after something went wrong, and says what is not as it was promised.
final class Check {
    let lane: Lane
    let scenario: Scenario
    var broken: [Broken] = []
    var phase = ""

    init(_ lane: Lane, _ scenario: Scenario) {
        self.lane = lane
        self.scenario = scenario
    }

    func report(_ check: String, _ text: String) {
        // The first is enough of each kind.
        if broken.contains(where: { $0.check == check && $0.phase == phase }) { return }
        broken.append(Broken(check: check, phase: phase, text: text))
    }

    func expect(_ condition: Bool, _ check: String, _ text: @autoclosure () -> String) {
        if !condition { report(check, text()) }
    }

    /// The commit at the link; nil when there is none.
    var linked: String? {
        if scenario.isDirectory {
            return (try? TestFiles.text(lane.link + "/.git")).flatMap { text in
                text.split(separator: "/").last.map { $0.trimmed }
            }
        }
        return TestFiles.linkTarget(lane.link)?.split(separator: "/").last.map { String($0) }
    }

    /// What readers see is one whole release, whatever happened; but for an edit that is not repaired yet.
    func lookAtDisk(mayBeEdited: Bool = false) {
        guard TestFiles.exists(lane.link) else {
            return expect(scenario.before.isEmpty, "link", "there is no link")
        }
        guard let linked, let tree = lane.remote.tree(linked) else {
            return report("link", "it leads to \(TestFiles.linkTarget(lane.link) ?? self.linked ?? "nothing known")")
        }
        var expected = tree
        for (name, source) in scenario.added {
            // A release that no command has completed is never published.
            expected[name] = tree[source].map { Remote.Entry(mode: "100644", bytes: $0.bytes) }
        }
        do {
            let found = try content(lane.link + "/", "")
            if mayBeEdited, found["a/two"]?.bytes == Array("edited by hand\n".utf8) {
                expected["a/two"] = found["a/two"]
            }
            for path in Set(found.keys).union(expected.keys).sorted() where found[path] != expected[path] {
                let how = found[path] == nil ? "is missing" : expected[path] == nil ? "is not in it" : "differs"
                report("tree", "\(path) \(how) in \(lane.remote.name(linked))")
            }
        } catch {
            report("tree", "\(error)")
        }
    }

    private func content(_ directory: String, _ prefix: String) throws -> [String: Remote.Entry] {
        var found: [String: Remote.Entry] = [:]
        for name in try TestFiles.list(directory) where name != ".git" {
            let path = directory + name
            let status = try Files.status(path)
            switch status.kind {
            case .directory: found.merge(try content(path + "/", prefix + name + "/")) { first, _ in first }
            case .symbolicLink:
                let target = Array((TestFiles.linkTarget(path) ?? "").utf8)
                found[prefix + name] = Remote.Entry(mode: "120000", bytes: target)
            default:
                let mode = status.permissions & 0o100 != 0 ? "100755" : "100644"
                let exact = status.permissions == 0o644 || status.permissions == 0o755
                found[prefix + name] = Remote.Entry(
                    mode: exact ? mode : "\(status.permissions)", bytes: try TestFiles.read(path))
            }
        }
        return found
    }

    /// What the state file says.
    var state: JSONValue {
        (try? JSONValue.read(TestFiles.text(lane.root + "/.git-sidecar/state.json"))) ?? .null
    }

    /// Link, state, status and metrics agree with each other.
    func lookAtAgreement(_ program: Program) {
        let name = lane.remote.name
        let before = program.metrics
        // Between two attempts, as far as there is such a moment.
        var status = program.status
        _ = soon {
            status = program.status
            return status["deployment"] == .null && status["condition"]?.string != "deploying"
        }
        let (linked, metrics, state) = (linked, program.metrics, state)
        let published = status["published"]?["hash"]?.string
        expect(published == linked, "status", "it says \(name(published)) is published, the link \(name(linked))")
        let recorded = state["current"]?["commit"]?.string
        expect(recorded == linked, "state", "it says \(name(recorded)) is live, the link \(name(linked))")
        if linked != nil {
            expect(program.ask("/readyz")?.status == 200, "ready", "it is not, although a release is live")
            expect(status["published"]?["verified"]?.flag == true, "verified", "the live release is not")
        }
        let held = Set((status["quarantine"]?.elements ?? []).compactMap { $0["hash"]?.string })
        let kept = Set((state["quarantine"]?.elements ?? []).compactMap { $0["commit"]?.string })
        expect(held == kept, "state", "it holds back \(kept.map(name)), the status \(held.map(name))")
        if let linked {
            expect(!held.contains(linked), "quarantine", "\(name(linked)) is live and held back")
        }
        expect(
            metrics["git_sidecar_quarantined"] == Double(held.count), "metrics",
            "\(metrics["git_sidecar_quarantined"] ?? -1) held back, the status says \(held.count)")
        let condition = status["condition"]?.string
        if condition != "unconfirmed", condition != "deploying" {
            let stale = condition != "current"
            expect(
                metrics["git_sidecar_stale"] == (stale ? 1 : 0), "metrics",
                "stale is \(metrics["git_sidecar_stale"] ?? -1), the status \(condition ?? "none")")
        }
        // Attempts may go on failing while we look.
        let failures = Double(status["failures"]?.integer ?? -1)
        let (least, most) = (
            before["git_sidecar_failures_in_a_row"] ?? -1, metrics["git_sidecar_failures_in_a_row"] ?? -1
        )
        expect(
            (least...max(least, most)).contains(failures), "metrics",
            "\(most) failures, the status says \(failures)")
        if linked != nil, let time = state["current"]?["time"]?.double {
            let shown = metrics["git_sidecar_published_timestamp_seconds"] ?? 0
            expect(
                (shown - time).magnitude < 1, "metrics",
                "the time of publishing is \(shown), the state says \(time)")
        }
    }

    /// All is as the scenario wants it to end.
    func lookAtEnd(_ program: Program?, live: String, held: [String], mayBeHeld: [String]) {
        let name = lane.remote.name
        let wanted = lane.remote.commit(live)
        expect(linked == wanted, "end", "\(name(linked)) is live in place of \(live)")
        let current = state["current"]
        expect(
            current?["commit"]?.string == wanted, "state",
            "it says \(name(current?["commit"]?.string)) is live in place of \(live)")
        let kept = Set((state["quarantine"]?.elements ?? []).compactMap { $0["commit"]?.string }.map(name))
        expect(
            Set(held).isSubset(of: kept) && kept.isSubset(of: held + mayBeHeld), "quarantine",
            "\(kept.sorted()) held back in place of \(held)")
        if scenario.hasApplication {
            let served = (try? lane.served()) ?? "nothing"
            expect(served == wanted, "application", "it serves \(name(served)) in place of \(live)")
            expect(current?["confirmed"]?.flag == true, "confirmed", "\(live) is not")
            let running = state["running"]?["commit"]?.string
            expect(running == wanted, "running", "it is said to run \(name(running)) in place of \(live)")
        }
        lookAtJournal(live: wanted, held: held.map(lane.remote.commit))
        guard let program else { return }
        lookAtAgreement(program)
    }

    /// The journal tells how what is live became so, and why the rest is held back.
    private func lookAtJournal(live: String, held: [String]) {
        let text = (try? TestFiles.text(lane.root + "/.git-sidecar/releases.log")) ?? ""
        var lines: [(hash: String, outcome: String)] = []
        for line in text.split(separator: "\n") {
            guard let entry = try? JSONValue.read(String(line)) else {
                report("journal", "a line cannot be read: \(line.prefix(60))")
                continue
            }
            lines.append((entry["hash"]?.string ?? "", entry["outcome"]?.string ?? ""))
        }
        let name = lane.remote.name
        expect(
            lines.contains { $0.hash == live && ["deployed", "chosen"].contains($0.outcome) }, "journal",
            "no line says that \(name(live)) was deployed")
        for hash in held where lane.remote.commit("two") != hash {
            expect(
                lines.contains { $0.hash == hash && ["rejected", "rolled-back"].contains($0.outcome) }, "journal",
                "no line says why \(name(hash)) is held back")
        }
    }
}

extension StringProtocol {
    /// Without the newline at its end.
    var trimmed: String { String(self.prefix { $0 != "\n" }) }
}
