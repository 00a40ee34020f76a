internal import Posix

/// All metrics of the process, and their text for Prometheus.
public final class MetricsRegistry: Sendable {
    private let families = Locked<[any MetricFamily]>([])

    /// A registry without metrics.
    public init() {}

    /// A number that only grows.
    ///
    /// Its name ends with `_total` by custom.
    public func counter(_ name: String, help: String, labels: [String] = []) -> Counter {
        Counter(family: add(ValueFamily(MetricHead(name, help, "counter", labels))))
    }

    /// A number that goes up and down.
    public func gauge(_ name: String, help: String, labels: [String] = []) -> Gauge {
        Gauge(family: add(ValueFamily(MetricHead(name, help, "gauge", labels))))
    }

    /// A number that goes up and down and is read when somebody asks for it.
    public func gauge(_ name: String, help: String, read: @escaping @Sendable () -> Double) {
        _ = add(ReadFamily(head: MetricHead(name, help, "gauge", []), read: read))
    }

    /// How often observed values lay below each bound.
    ///
    /// The bounds must ascend; infinity is added.
    public func histogram(
        _ name: String, help: String, labels: [String] = [], bounds: [Double] = Histogram.secondsBounds
    ) -> Histogram {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "the bounds of \(name) do not ascend")
        return Histogram(
            family: add(DistributionFamily(MetricHead(name, help, "histogram", labels), bounds: bounds)))
    }

    /// The sum and the number of observed values, without bounds.
    public func summary(_ name: String, help: String, labels: [String] = []) -> Summary {
        Summary(family: add(DistributionFamily(MetricHead(name, help, "summary", labels), bounds: [])))
    }

    /// Adds memory, descriptors, threads, processor time and start time of this process under their customary names.
    public func addProcessFigures() {
        _ = add(ProcessFamily())
    }

    /// All metrics in the text format of Prometheus, version 0.0.4, in the order in which they were made.
    public func render() -> [UInt8] {
        var text = MetricText()
        for family in families.withLock({ $0 }) { family.render(to: &text) }
        return text.bytes
    }

    private func add<Family: MetricFamily>(_ family: Family) -> Family {
        families.withLock { families in
            let taken = families.flatMap(\.names)
            for name in family.names {
                precondition(!taken.contains(name), "there is already a metric \(name)")
            }
            families.append(family)
        }
        return family
    }
}

/// Metrics that share a name, or come from one source.
protocol MetricFamily: Sendable {
    /// The names in use.
    var names: [String] { get }
    /// Writes the metrics as they are now.
    func render(to text: inout MetricText)
}
