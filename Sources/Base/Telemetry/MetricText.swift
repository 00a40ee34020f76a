/// What a metric is called and what it means.
struct MetricHead: Sendable {
    let name: String
    let help: String
    let type: String
    let labels: [String]

    init(_ name: String, _ help: String, _ type: String, _ labels: [String]) {
        precondition(MetricHead.isValid(name, allowingColon: true), "\(name) cannot be the name of a metric")
        for label in labels {
            precondition(
                MetricHead.isValid(label, allowingColon: false) && label != "le" && !label.hasPrefix("__"),
                "\(label) cannot be the name of a label")
        }
        self.name = name
        self.help = help
        self.type = type
        self.labels = labels
    }

    private static func isValid(_ name: String, allowingColon: Bool) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"): allowingColon
            default: false
            }
        }
    }
}

/// Writes metrics in the text format of Prometheus, version 0.0.4.
struct MetricText {
    private(set) var bytes: [UInt8] = []

    mutating func head(_ head: MetricHead) {
        bytes += "# HELP \(head.name) ".utf8
        appendEscaped(head.help, quotes: false)
        bytes += "\n# TYPE \(head.name) \(head.type)\n".utf8
    }

    /// Writes one line; `le` is the upper bound of a histogram's bucket.
    mutating func sample(
        _ head: MetricHead, suffix: String = "", _ values: [String], le bound: Double? = nil, _ value: Double
    ) {
        bytes += head.name.utf8
        bytes += suffix.utf8
        if !values.isEmpty || bound != nil {
            bytes.append(UInt8(ascii: "{"))
            for (index, (label, value)) in zip(head.labels, values).enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes += "\(label)=\"".utf8
                appendEscaped(value, quotes: true)
                bytes.append(UInt8(ascii: "\""))
            }
            if let bound { bytes += "\(values.isEmpty ? "" : ",")le=\"\(MetricText.number(bound))\"".utf8 }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes += " \(MetricText.number(value))\n".utf8
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value.rounded() == value && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    private mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
            case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
            case UInt8(ascii: "\"") where quotes: bytes += #"\""#.utf8
            default: bytes.append(byte)
            }
        }
    }
}
