import Posix
import Telemetry
import Testing

@Suite("Metrics", .timeLimit(.minutes(1)))
struct MetricsTests {
    private func text(_ registry: MetricsRegistry) -> String { String(decoding: registry.render(), as: UTF8.self) }

    @Test("the text is exactly that of the exposition format 0.0.4")
    func exact() {
        let registry = MetricsRegistry()
        let syncs = registry.counter(
            "git_sync_count_total", help: "How many syncs, by\nstate \\ \"x\"", labels: ["status"])
        let polls = registry.counter("polls_total", help: "Polls.")
        let live = registry.gauge("live", help: "What is live.", labels: ["hash", "ref"])
        registry.gauge("answer", help: "Read when asked.") { 42.5 }
        let stages = registry.histogram(
            "stage_seconds", help: "Stages.", labels: ["stage"], bounds: [0.01, 0.5, 1])
        let syncDuration = registry.summary("git_sync_duration_seconds", help: "Syncs.", labels: ["status"])
        syncs.add(1, "success")
        syncs.labelled("err\"or\\\n").add(2.5)
        polls.add()
        live.set(-1, "abc", "main")
        stages.observe(0.01, "fetch")
        stages.observe(0.02, "fetch")
        stages.observe(.seconds(3), "fetch")
        syncDuration.observe(0.25, "success")
        syncDuration.observe(0.5, "success")
        #expect(
            text(registry) == #"""
                # HELP git_sync_count_total How many syncs, by\nstate \\ "x"
                # TYPE git_sync_count_total counter
                git_sync_count_total{status="success"} 1
                git_sync_count_total{status="err\"or\\\n"} 2.5
                # HELP polls_total Polls.
                # TYPE polls_total counter
                polls_total 1
                # HELP live What is live.
                # TYPE live gauge
                live{hash="abc",ref="main"} -1
                # HELP answer Read when asked.
                # TYPE answer gauge
                answer 42.5
                # HELP stage_seconds Stages.
                # TYPE stage_seconds histogram
                stage_seconds_bucket{stage="fetch",le="0.01"} 1
                stage_seconds_bucket{stage="fetch",le="0.5"} 2
                stage_seconds_bucket{stage="fetch",le="1"} 2
                stage_seconds_bucket{stage="fetch",le="+Inf"} 3
                stage_seconds_sum{stage="fetch"} 3.03
                stage_seconds_count{stage="fetch"} 3
                # HELP git_sync_duration_seconds Syncs.
                # TYPE git_sync_duration_seconds summary
                git_sync_duration_seconds_sum{status="success"} 0.75
                git_sync_duration_seconds_count{status="success"} 2

                """#)
    }

    @Test("a metric without labels is there from the start, at zero")
    func zero() {
        let registry = MetricsRegistry()
        _ = registry.counter("a_total", help: "A.")
        _ = registry.histogram("b_seconds", help: "B.", bounds: [1])
        #expect(
            text(registry) == """
                # HELP a_total A.
                # TYPE a_total counter
                a_total 0
                # HELP b_seconds B.
                # TYPE b_seconds histogram
                b_seconds_bucket{le="1"} 0
                b_seconds_bucket{le="+Inf"} 0
                b_seconds_sum 0
                b_seconds_count 0

                """)
    }

    @Test("a state metric shows the present state alone")
    func state() {
        let registry = MetricsRegistry()
        let live = registry.gauge("live", help: "L.", labels: ["hash"])
        live.setOnly("old")
        live.setOnly("new")
        #expect(text(registry).hasSuffix("gauge\nlive{hash=\"new\"} 1\n"))
    }

    @Test(
        "numbers that are none are written as the format wants",
        arguments: [
            (Double.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (1e300, "1e+300"),
            (12_345_678_901, "12345678901"),
        ])
    func numbers(value: Double, expected: String) {
        let registry = MetricsRegistry()
        registry.gauge("x", help: "X.").set(value)
        #expect(text(registry).hasSuffix("\nx \(expected)\n"))
    }

    @Test("updates from many threads are all counted")
    func threads() {
        let registry = MetricsRegistry()
        let counter = registry.counter("c_total", help: "C.", labels: ["worker"])
        let histogram = registry.histogram("h", help: "H.", bounds: [1])
        Parallel.forEach(count: 8, threads: 8) { worker in
            for _ in 0..<10_000 {
                counter.add(1, "\(worker % 2)")
                histogram.observe(0.5)
            }
            _ = registry.render()
        }
        #expect(counter.labelled("0").value == 40_000)
        #expect(counter.labelled("1").value == 40_000)
        #expect(text(registry).contains("h_bucket{le=\"1\"} 80000\n"))
    }

    @Test("two metrics cannot share a name, even with the lines of a histogram")
    func duplicate() async {
        await #expect(processExitsWith: .failure) {
            let registry = MetricsRegistry()
            _ = registry.histogram("a", help: "A.")
            _ = registry.counter("a_count", help: "A.")
        }
    }

    @Test("a name that the format does not allow is refused", arguments: ["", "1a", "a-b", "ä"])
    func badName(name: String) async {
        await #expect(processExitsWith: .failure) { [name = name as String] in
            _ = MetricsRegistry().counter(name, help: "A.")
        }
    }

    @Test("the process figures are those of this process")
    func process() throws {
        let registry = MetricsRegistry()
        registry.addProcessFigures()
        var values: [String: Double] = [:]
        for line in text(registry).split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            values[String(parts[0])] = Double(parts[1])
        }
        #expect(values.count == 6)
        #expect((values["process_resident_memory_bytes"] ?? 0) > 1_000_000)
        #expect((values["process_open_fds"] ?? 0) >= 3)
        #expect((values["process_max_fds"] ?? 0) >= 64)
        #expect((values["process_threads"] ?? 0) >= 1)
        let age = Timestamp.now().secondsSince1970 - (values["process_start_time_seconds"] ?? 0)
        #expect(age > -2 && age < 3600)
        #expect((values["process_cpu_seconds_total"] ?? 0) > 0)
    }
}
