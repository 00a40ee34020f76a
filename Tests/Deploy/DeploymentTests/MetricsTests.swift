import Posix
import Telemetry
import TestSupport
import Testing

@testable import Deployment

/// What `promtool check metrics` asks of the text, checked here so that it need not be there.
@Suite("Metrics", .scratch)
struct MetricsTests {
    private struct Family {
        var name: String
        var help = ""
        var type = ""
        var samples: [String] = []
    }

    /// Names that dashboards know from the field's standard, with their flaws.
    private static let inherited = ["git_sync_askpass_calls", "git_sync_refresh_github_app_token_count"]

    private func families() throws -> [Family] {
        let metrics = Metrics(version: "test")
        metrics.add(Status(), volume: Scratch.directory)
        metrics.syncs.add(1, "success")
        metrics.syncDuration.observe(.seconds(1), "success")
        metrics.stageDuration.observe(.seconds(1), "fetch")
        metrics.deployments.add(1, "deployed", "confirm")
        metrics.running.setOnly("proved")
        metrics.diskUsed.set(1, "store")
        metrics.hookRuns.add(1, "exechook", "error")
        var families: [Family] = []
        for line in String(decoding: metrics.registry.render(), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3)
            if line.hasPrefix("# HELP ") {
                families.append(Family(name: String(words[2]), help: words.count > 3 ? String(words[3]) : ""))
            } else if line.hasPrefix("# TYPE ") {
                #expect(families.last?.name == String(words[2]), "TYPE follows its HELP")
                families[families.count - 1].type = String(words[3])
            } else {
                #expect(!families.isEmpty, "no sample comes before its HELP")
                families[families.count - 1].samples.append(String(line))
            }
        }
        return families
    }

    @Test("every metric has a help text, a type and a name in base units, and its samples belong to it")
    func exposition() throws {
        let families = try families()
        #expect(families.count > 25)
        #expect(Set(families.map(\.name)).count == families.count)
        for family in families {
            let name = family.name
            #expect(!family.help.isEmpty, "\(name)")
            #expect(["counter", "gauge", "histogram", "summary"].contains(family.type), "\(name)")
            #expect(name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz_".utf8.contains($0) }, "\(name)")
            for unit in ["millisecond", "minute", "_ms", "kilobyte", "megabyte", "percent"] {
                #expect(!name.contains(unit), "\(name) is not in base units")
            }
            if !MetricsTests.inherited.contains(name) {
                #expect((family.type == "counter") == name.hasSuffix("_total"), "\(name)")
            }
            for suffix in ["_count", "_sum", "_bucket"] where !MetricsTests.inherited.contains(name) {
                #expect(!name.hasSuffix(suffix), "\(name) looks like a part of a histogram")
            }
            for sample in family.samples {
                let own = sample.prefix { $0 != "{" && $0 != " " }
                let parts = family.type == "histogram" ? ["_bucket", "_sum", "_count"] : ["_sum", "_count"]
                let isComposed = family.type == "histogram" || family.type == "summary"
                #expect(isComposed ? parts.contains { own == name + $0 } : own == name, "\(sample)")
                #expect(Double(sample.split(separator: " ").last ?? "") != nil, "\(sample)")
            }
            if family.type == "histogram", !family.samples.isEmpty {
                #expect(family.samples.contains { $0.contains("le=\"+Inf\"") }, "\(name)")
            }
        }
    }

    @Test("what is promised is there")
    func names() throws {
        let names = Set(try families().map(\.name))
        for name in [
            "lag_seconds", "disk_used_bytes", "disk_free_bytes", "disk_size_bytes", "running", "kept_releases",
            "remote_verified_timestamp_seconds", "published_timestamp_seconds", "confirmed_timestamp_seconds",
            "stage_duration_seconds", "poll_duration_seconds", "fetched_bytes_total", "fetched_objects_total",
            "files_written_total", "files_shared_total", "quarantined", "stale", "build_info", "deployments_total",
        ] { #expect(names.contains("git_sidecar_\(name)"), "\(name)") }
    }

    @Test("what alerts look at is there before it happens, so that the first time is an increase")
    func presence() {
        let text = String(decoding: Metrics(version: "test").registry.render(), as: UTF8.self)
        for series in [#"outcome="rejected",stage="validate""#, #"outcome="rolled-back",stage="confirm""#] {
            #expect(text.contains("git_sidecar_deployments_total{\(series)} 0\n"))
        }
    }
}
