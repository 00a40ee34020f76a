/// A line in which a server tells what it is doing.
public struct ServerProgress: Equatable, Sendable {
    /// The line, made safe to print.
    public let text: String
    /// Whether the line stays; the others are replaced by the next one, as a counter is.
    public let isFinal: Bool

    /// Describes a line.
    public init(text: String, isFinal: Bool) {
        self.text = text
        self.isFinal = isFinal
    }
}

/// Puts a server's progress lines together from the pieces in which they come.
struct ProgressLines: Sendable {
    /// The most bytes of a line that are kept.
    private static let longestLine = 1000
    private var line: [UInt8] = []

    /// Takes the next piece and hands over every line that it ends.
    mutating func append(_ piece: Span<UInt8>, _ onProgress: (ServerProgress) -> Void) {
        for index in 0..<piece.count {
            switch piece[index] {
            case 0x0A: end(isFinal: true, onProgress)
            case 0x0D: end(isFinal: false, onProgress)
            case let byte where line.count < ProgressLines.longestLine: line.append(byte)
            default: break
            }
        }
    }

    /// Hands over what is left of a line that was not ended.
    mutating func end(isFinal: Bool = true, _ onProgress: (ServerProgress) -> Void) {
        let text = printableText(line.span)
        line.removeAll(keepingCapacity: true)
        if !text.isEmpty { onProgress(ServerProgress(text: text, isFinal: isFinal)) }
    }
}
