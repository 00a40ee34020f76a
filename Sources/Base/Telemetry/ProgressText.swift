internal import Figures

/// How far something is, as a person reads it.
public struct ProgressText: Sendable, Equatable {
    /// What is done so far.
    public var done: Int
    /// What there is to do; nil or 0 where that is not known yet.
    public var total: Int?
    /// What is counted, such as `objects`; `bytes` are shown with their prefixes.
    public var unit: String

    /// So much of so much.
    public init(done: Int, total: Int?, unit: String) {
        self.done = done
        self.total = total
        self.unit = unit
    }

    /// `120 of 1,000 objects`.
    public var words: String {
        let isBytes = unit == "bytes"
        func text(_ count: Int) -> String { isBytes ? bytesText(UInt64(max(0, count))) : groupedText(count) }
        let amount = total.map { $0 > 0 ? "\(text(done)) of \(text($0))" : text(done) } ?? text(done)
        return isBytes || unit.isEmpty ? amount : "\(amount) \(unit)"
    }

    /// `[######..............]  30 %  120 of 400 objects`; the words alone while the total is not known.
    public func bar(width: Int = 24) -> String {
        guard let total, total > 0 else { return words }
        let part = min(1, max(0, Double(done) / Double(total)))
        let full = Int(part * Double(width))
        let percent = "\(Int(part * 100))"
        let gap = String(repeating: " ", count: 3 - percent.count)
        return "[\(String(repeating: "#", count: full))\(String(repeating: ".", count: width - full))] "
            + "\(gap)\(percent) %  \(words)"
    }
}
