internal import Posix

extension Duration: OptionValue {
    /// `DURATION`.
    public static var placeholder: String { "DURATION" }

    // Nanoseconds in each of Go's units, the longer name first where one begins like another.
    private static let units: [(name: String, nanoseconds: UInt128)] = [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000),
        ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    /// Reads a duration in Go's syntax: `10s`, `1m30s`, `1.5h`, `100ms`, or `0`.
    public static func read(_ text: String) throws(ValueProblem) -> Duration {
        if text == "0" { return .zero }
        if text.hasPrefix("-") { throw ValueProblem("a duration cannot be negative") }
        if let number = Double(text), number.isFinite {
            throw ValueProblem("a duration needs a unit: write \(text)s for seconds, or use ms, m or h")
        }
        var rest = text.first == "+" ? text.dropFirst() : text[...]
        if rest.isEmpty { throw malformed }
        var total: UInt128 = 0
        while !rest.isEmpty { total = total.addingSaturated(try readPart(&rest)) }
        guard let nanoseconds = Int64(exactly: total) else {
            throw ValueProblem("a duration cannot be longer than 292 years")
        }
        return .nanoseconds(nanoseconds)
    }

    private static var malformed: ValueProblem {
        ValueProblem("expected a duration, such as 10s, 1m30s or 100ms")
    }

    // One number and its unit, in nanoseconds.
    private static func readPart(_ rest: inout Substring) throws(ValueProblem) -> UInt128 {
        // Bounded: 18 digits before the point, and 15 behind it.
        let whole = takeDigits(&rest)
        var fraction: Substring = ""
        if rest.first == "." {
            rest.removeFirst()
            fraction = takeDigits(&rest)
        }
        let name = rest.prefix { !isDigit($0) && $0 != "." }
        guard !whole.isEmpty || !fraction.isEmpty, whole.count <= 18,
            let unit = units.first(where: { $0.name == name })
        else { throw malformed }
        rest = rest.dropFirst(name.count)
        var total = (UInt128(whole) ?? 0) * unit.nanoseconds
        var scale: UInt128 = 1
        var parts: UInt128 = 0
        for digit in fraction.prefix(15) {
            parts = parts * 10 + UInt128(digit.wholeNumberValue ?? 0)
            scale *= 10
        }
        total += parts * unit.nanoseconds / scale
        return total
    }

    private static func takeDigits(_ rest: inout Substring) -> Substring {
        let digits = rest.prefix(while: isDigit)
        rest = rest.dropFirst(digits.count)
        return digits
    }

    private static func isDigit(_ character: Character) -> Bool { "0"..."9" ~= character }

    /// The duration in Go's syntax without parts that are zero: `2m`, `1h30m`, `1.5s`, `200ms`, `0s`.
    public var text: String {
        // Bounded: of the seconds a minute's are calculated with.
        let (seconds, attoseconds) = components
        let nanoseconds = attoseconds / 1_000_000_000
        if seconds == 0 { return Duration.textBelowOneSecond(nanoseconds) }
        var text = ""
        if seconds >= 3600 { text += "\(seconds / 3600)h" }
        if seconds / 60 % 60 > 0 { text += "\(seconds / 60 % 60)m" }
        if seconds % 60 > 0 || nanoseconds > 0 {
            text += Duration.decimal(seconds % 60 * 1_000_000_000 + nanoseconds, unit: 1_000_000_000) + "s"
        }
        return text
    }

    private static func textBelowOneSecond(_ nanoseconds: Int64) -> String {
        switch nanoseconds {
        case 0: "0s"
        case 1_000_000...: decimal(nanoseconds, unit: 1_000_000) + "ms"
        case 1_000...: decimal(nanoseconds, unit: 1_000) + "µs"
        default: "\(nanoseconds)ns"
        }
    }

    // A number of nanoseconds in the given unit, without needless zeros after the point.
    private static func decimal(_ nanoseconds: Int64, unit: Int64) -> String {
        // Bounded: nothing grows here.
        let whole = "\(nanoseconds / unit)"
        var rest = nanoseconds % unit
        if rest == 0 { return whole }
        var digits = ""
        var place = unit / 10
        while rest > 0 {
            digits += "\(rest / place)"
            rest %= place
            place /= 10
        }
        return whole + "." + digits
    }
}
