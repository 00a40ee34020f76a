import Options
import Testing

@Suite("Parameters and metrics in documents")
struct ParameterTests {
    static let documents = ((try? files(".md")) ?? []).filter { $0 != "CHANGELOG.md" }

    @Test("every GITSYNC_ variable that a document names exists", arguments: documents)
    func variables(_ document: String) throws {
        let known = Set(
            OptionTable.all.compactMap(\.variable) + OptionTable.all.flatMap(\.oldNames).flatMap(\.variables)
                + ["GITSYNC_HASH", "GITSYNC_PREVIOUS_HASH", "GITSYNC_TRIAL", "GITSYNC_RELEASE"])
        for name in words(in: try content(of: document), beginning: ["GITSYNC_"], others: "_")
        where !name.hasSuffix("_") {
            #expect(known.contains(name), "\(document): \(name)")
        }
    }

    @Test(
        "every flag of ours that the README and the guides name exists",
        arguments: [
            "README.md", "docs/contract.md", "docs/architecture.md", "docs/operating.md", "docs/security.md",
        ])
    func flags(_ document: String) throws {
        let known = Set(OptionTable.all.map(\.name) + SubcommandFlag.allCases.map(\.rawValue))
        for flag in words(in: try content(of: document), beginning: ["--"], others: "-") {
            let name = String(flag.dropFirst(2))
            // Of docker and gunicorn.
            if ["rm", "preload"].contains(name) || name.isEmpty || name.hasSuffix("-") { continue }
            #expect(known.contains(name), "\(document): \(flag)")
        }
    }

    @Test("the README's pod and its docker run say nothing that is wrong together")
    func commands() throws {
        let lines = try content(of: "README.md").split(separator: "\n").map(String.init)
        let pod = lines.compactMap { $0.firstMatch(of: /^ +- (--[a-z].*)$/).map { String($0.1) } }
        let run = try #require(lines.first { $0.hasPrefix("docker run ") })
        let words = run.split(separator: " ").drop { $0 != "git-sidecar" }.dropFirst().map(String.init)
        #expect(pod.count > 3 && words.count > 1)
        for arguments in [pod, words] {
            let invocation = Invocation.parse(arguments: arguments, environment: ["GITSYNC_ROOT": "/git"])
            let probe = Probe(workingDirectory: "/tmp", standardErrorIsTerminal: false) { _ in .missing }
            #expect(throws: Never.self) { try invocation.plan(probe: probe) }
        }
    }

    @Test(
        "every metric that rules, dashboard and guides name exists",
        arguments: [
            "docs/alerts.yaml", "docs/dashboard.json", "docs/operating.md",
            "sample-app/kubernetes/monitoring/prometheusrule.yaml",
        ])
    func metrics(_ document: String) throws {
        let ours =
            try content(of: "Sources/Deploy/Deployment/Projections/Metrics.swift")
            + content(of: "Sources/Base/Telemetry/MetricFamilies.swift")
        let known = Set(ours.matches(of: /"([a-z][a-z0-9_]+)"/).map { String($0.1) })
        let named = words(
            in: try content(of: document), beginning: ["git_sidecar_", "git_sync_", "process_"], others: "_")
        for name in named {
            let base = ["_bucket", "_sum", "_count"].first(where: name.hasSuffix).map {
                String(name.dropLast($0.count))
            }
            #expect(known.contains(name) || known.contains(base ?? name), "\(document): \(name)")
        }
        #expect(document.hasSuffix(".md") || !named.isEmpty)
    }

    @Test("the rules for Kubernetes are those of docs/alerts.yaml")
    func rules() throws {
        let rules = try content(of: "docs/alerts.yaml").split(separator: "\n").drop { !$0.hasPrefix("groups:") }
        let kubernetes = try content(of: "sample-app/kubernetes/monitoring/prometheusrule.yaml")
            .split(separator: "\n").drop { $0 != "spec:" }.dropFirst()
        #expect(rules.map { "  " + $0 } == kubernetes.map(String.init))
    }

    @Test("every alert has a row in the guide, and its runbook exists")
    func runbooks() throws {
        let rules = try content(of: "docs/alerts.yaml")
        let guide = try content(of: "docs/operating.md")
        let headings = Set(
            guide.split(separator: "\n").filter { $0.hasPrefix("## ") }.map { line in
                line.dropFirst(3).lowercased().replacing(" ", with: "-").replacing(",", with: "")
            })
        for match in rules.matches(of: /alert: ([A-Za-z]+)/) { #expect(guide.contains("| \(match.1) |")) }
        for match in rules.matches(of: /runbook: "docs\/operating\.md#([^"]+)"/) {
            #expect(headings.contains(String(match.1)), "\(match.1)")
        }
    }
}
