internal import Posix
internal import Synchronization

/// A number that only grows.
///
/// Label values are given in the order of the labels. A program that counts often keeps `labelled(…)`, which spares the
/// look-up.
public struct Counter: Sendable {
    let family: ValueFamily

    /// One series of the counter; from now on it is shown, at zero until something is added.
    public struct Series: Sendable {
        let series: Telemetry.Series<Double>

        /// Adds an amount that is not negative.
        public func add(_ amount: Double = 1) {
            precondition(amount >= 0, "a counter only grows")
            series.state.withLock { $0 += amount }
        }

        /// The sum so far.
        public var value: Double { series.state.withLock { $0 } }
    }

    /// The series with these label values.
    public func labelled(_ values: String...) -> Series { Series(series: family.series(values)) }

    /// Adds an amount to the series with these label values.
    public func add(_ amount: Double = 1, _ values: String...) { Series(series: family.series(values)).add(amount) }
}

/// A number that goes up and down.
public struct Gauge: Sendable {
    let family: ValueFamily

    /// One series of the gauge.
    public struct Series: Sendable {
        let series: Telemetry.Series<Double>

        /// Sets the number.
        public func set(_ value: Double) { series.state.withLock { $0 = value } }

        /// Adds to the number, or takes from it.
        public func add(_ amount: Double) { series.state.withLock { $0 += amount } }

        /// The number.
        public var value: Double { series.state.withLock { $0 } }
    }

    /// The series with these label values.
    public func labelled(_ values: String...) -> Series { Series(series: family.series(values)) }

    /// Sets the series with these label values.
    public func set(_ value: Double, _ values: String...) { Series(series: family.series(values)).set(value) }

    /// Sets the series with these label values to 1 and forgets all others, for metrics that tell a state or a version.
    public func setOnly(_ values: String...) {
        family.removeAll()
        Series(series: family.series(values)).set(1)
    }

    /// Forgets all series, where a state is not known any more.
    public func clear() { family.removeAll() }
}

/// How often values lay below each bound.
public struct Histogram: Sendable {
    let family: DistributionFamily

    /// Bounds for durations from a millisecond to two minutes.
    public static let secondsBounds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120,
    ]

    /// Takes a value into the series with these label values.
    public func observe(_ value: Double, _ values: String...) { family.observe(value, family.series(values)) }

    /// Takes a duration in seconds into the series with these label values.
    public func observe(_ duration: Duration, _ values: String...) {
        family.observe(duration.inSeconds, family.series(values))
    }
}

/// The sum and the number of values.
public struct Summary: Sendable {
    let family: DistributionFamily

    /// Takes a value into the series with these label values.
    public func observe(_ value: Double, _ values: String...) { family.observe(value, family.series(values)) }

    /// Takes a duration in seconds into the series with these label values.
    public func observe(_ duration: Duration, _ values: String...) {
        family.observe(duration.inSeconds, family.series(values))
    }
}
