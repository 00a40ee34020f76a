/// A time that was set, as people write it: `30 s`, `0.25 s`.
public func durationText(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let milliseconds = attoseconds / 1_000_000_000_000_000
    if milliseconds == 0 { return "\(seconds) s" }
    // Bounded: what is left of a second.
    var fraction = String(1000 + milliseconds).dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    return "\(seconds).\(fraction) s"
}

/// A measured time: `0.01 s`, `1.2 s`, `42 s`, `3 min 12 s`.
public func measuredText(_ seconds: Double) -> String {
    // Bounded: some thousand years.
    let hundredths = seconds > 0 ? Int(min(seconds * 100, 1e13).rounded()) : 0
    switch hundredths {
    case ..<100: return "0.\(hundredths < 10 ? "0" : "")\(hundredths) s"
    case ..<1000: return "\(hundredths / 100).\(hundredths / 10 % 10) s"
    case ..<12000: return "\(hundredths / 100) s"
    default: return "\(hundredths / 6000) min \(hundredths / 100 % 60) s"
    }
}

/// A measured time that is rather short: `0.4 ms`, `12 ms`.
public func millisecondsText(_ duration: Duration) -> String {
    // Bounded: a duration of so many seconds was never measured.
    let tenths = Int(min(max(0, duration / .microseconds(100)), 1e13))
    return tenths < 100 ? "\(tenths / 10).\(tenths % 10) ms" : "\(tenths / 10) ms"
}

/// A time in its largest unit: `5 seconds`, `3 minutes`.
public func largestUnitText(_ seconds: Int64) -> String {
    let units: [(Int64, String)] = [(86_400, "day"), (3600, "hour"), (60, "minute")]
    let (size, name) = units.first { seconds >= $0.0 } ?? (1, "second")
    let count = seconds / size
    return count == 1 ? "1 \(name)" : "\(count) \(name)s"
}
