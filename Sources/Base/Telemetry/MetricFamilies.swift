internal import Posix

/// One series of a metric: its label values and what was measured, behind a lock of its own.
final class Series<Value: Sendable>: Sendable {
    let values: [String]
    let state: Locked<Value>

    init(_ values: [String], _ initial: Value) {
        self.values = values
        state = Locked(initial)
    }
}

/// The series of one metric, in the order in which they were first used.
struct SeriesTable<Value: Sendable>: Sendable {
    private(set) var list: [Series<Value>] = []
    private var byValues: [[String]: Series<Value>] = [:]

    mutating func series(_ values: [String], _ initial: Value) -> Series<Value> {
        if let found = byValues[values] { return found }
        let made = Series(values, initial)
        byValues[values] = made
        list.append(made)
        return made
    }

    mutating func removeAll() {
        list = []
        byValues = [:]
    }
}

/// A counter or a gauge.
final class ValueFamily: MetricFamily {
    let head: MetricHead
    private let table = Locked(SeriesTable<Double>())

    init(_ head: MetricHead) {
        self.head = head
        // A metric without labels is there from the start, at zero.
        if head.labels.isEmpty { _ = series([]) }
    }

    var names: [String] { [head.name] }

    func series(_ values: [String]) -> Series<Double> {
        precondition(values.count == head.labels.count, "\(head.name) has the labels \(head.labels)")
        return table.withLock { $0.series(values, 0) }
    }

    func removeAll() {
        table.withLock { $0.removeAll() }
    }

    func render(to text: inout MetricText) {
        let all = table.withLock { $0.list }
        text.head(head)
        for series in all { text.sample(head, series.values, series.state.withLock { $0 }) }
    }
}

/// What was observed: how many values in each bucket, and their sum.
struct Distribution: Sendable {
    var counts: [UInt64]
    var sum = 0.0
}

/// A histogram, or a summary when there are no bounds.
final class DistributionFamily: MetricFamily {
    let head: MetricHead
    let bounds: [Double]
    private let table = Locked(SeriesTable<Distribution>())

    init(_ head: MetricHead, bounds: [Double]) {
        self.head = head
        self.bounds = bounds
        if head.labels.isEmpty { _ = series([]) }
    }

    var names: [String] { ["", "_bucket", "_sum", "_count"].map { head.name + $0 } }

    func series(_ values: [String]) -> Series<Distribution> {
        precondition(values.count == head.labels.count, "\(head.name) has the labels \(head.labels)")
        return table.withLock {
            $0.series(values, Distribution(counts: [UInt64](repeating: 0, count: bounds.count + 1)))
        }
    }

    func observe(_ value: Double, _ series: Series<Distribution>) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        series.state.withLock {
            $0.counts[bucket] += 1
            $0.sum += value
        }
    }

    func render(to text: inout MetricText) {
        let all = table.withLock { $0.list }
        text.head(head)
        for series in all {
            let distribution = series.state.withLock { $0 }
            var count: UInt64 = 0
            for (index, inBucket) in distribution.counts.enumerated() {
                count += inBucket
                if head.type == "histogram" {
                    let bound = index < bounds.count ? bounds[index] : .infinity
                    text.sample(head, suffix: "_bucket", series.values, le: bound, Double(count))
                }
            }
            text.sample(head, suffix: "_sum", series.values, distribution.sum)
            text.sample(head, suffix: "_count", series.values, Double(count))
        }
    }
}

/// A gauge that is read when somebody asks.
struct ReadFamily: MetricFamily {
    let head: MetricHead
    let read: @Sendable () -> Double

    var names: [String] { [head.name] }

    func render(to text: inout MetricText) {
        text.head(head)
        text.sample(head, [], read())
    }
}

/// What this process uses, read when somebody asks.
struct ProcessFamily: MetricFamily {
    private static let metrics: [(head: MetricHead, value: @Sendable (ProcessFigures) -> Double)] = [
        (
            MetricHead("process_cpu_seconds_total", "Processor time of user and kernel in seconds.", "counter", []),
            { $0.processorSeconds }
        ),
        (
            MetricHead("process_resident_memory_bytes", "Memory in use in bytes.", "gauge", []),
            { Double($0.residentBytes) }
        ),
        (MetricHead("process_open_fds", "Open file descriptors.", "gauge", []), { Double($0.openDescriptors) }),
        (MetricHead("process_max_fds", "Limit of open file descriptors.", "gauge", []), { Double($0.descriptorLimit) }),
        (MetricHead("process_threads", "Threads.", "gauge", []), { Double($0.threads) }),
        (
            MetricHead("process_start_time_seconds", "Start of the process in seconds since 1970.", "gauge", []),
            { $0.startTime }
        ),
    ]

    var names: [String] { ProcessFamily.metrics.map(\.head.name) }

    func render(to text: inout MetricText) {
        // Without /proc these are missing, as they are in other programs.
        guard let figures = try? ProcessFigures.current() else { return }
        for (head, value) in ProcessFamily.metrics {
            text.head(head)
            text.sample(head, [], value(figures))
        }
    }
}
