internal import GitObjects

/// The attribute `ident`: `$Id$` becomes `$Id: <the blob's name> $`.
///
/// Git has two ways to do it, which differ in odd cases: one over the whole content, taken where another filter needs
/// that, and one that passes content through in pieces. To give git's bytes both are needed.
struct Identifier {
    private static let dollar = UInt8(ascii: "$")
    private static let newline = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")
    private static let colon = UInt8(ascii: ":")
    private static let head = Array("$Id".utf8)

    /// What follows `$Id`.
    private let expansion: [UInt8]

    init(_ blob: ObjectID) {
        expansion = Array(": \(blob) $".utf8)
    }

    /// Expands over the whole content; nil when there is nothing to expand.
    func expandedInWhole(_ content: Span<UInt8>) -> [UInt8]? {
        var replaced = Replaced()
        var index = 0
        while index < content.count {
            guard content[index] == Identifier.dollar, let end = keywordEnd(content, index) else {
                index += 1
                continue
            }
            if end == content.count, content[end - 1] != Identifier.dollar { break }
            replaced.append(content, upTo: index + Identifier.head.count, then: expansion, continuingAt: end)
            index = end
        }
        return replaced.finished(content)
    }

    /// The position behind the keyword that begins at `start`; nil when none does that may be replaced, and the end of
    /// the content when it is not closed.
    private func keywordEnd(_ content: Span<UInt8>, _ start: Int) -> Int? {
        let mark = start + Identifier.head.count
        guard mark < content.count, content[start + 1] == Identifier.head[1], content[start + 2] == Identifier.head[2]
        else { return nil }
        if content[mark] == Identifier.dollar { return mark + 1 }
        guard content[mark] == Identifier.colon else { return nil }
        var hasLineBreak = false
        var firstSpace: Int?
        var index = mark + 1
        while index < content.count, content[index] != Identifier.dollar {
            if content[index] == Identifier.newline { hasLineBreak = true }
            if content[index] == Identifier.space, index > mark + 1, firstSpace == nil { firstSpace = index }
            index += 1
        }
        guard index < content.count else { return content.count }
        // Spaces elsewhere than at the two ends: another system wrote this, and it stays.
        if hasLineBreak || firstSpace.map({ $0 < index - 1 }) == true { return nil }
        return index + 1
    }

    /// Expands as the content passes by; nil when there is nothing to expand.
    func expandedInPieces(_ content: Span<UInt8>) -> [UInt8]? {
        var replaced = Replaced()
        var index = 0
        while index < content.count {
            // How much of `$Id` is here. A byte that ends an attempt does not begin the next one.
            var matched = 0
            while matched < Identifier.head.count, index + matched < content.count,
                content[index + matched] == Identifier.head[matched]
            {
                matched += 1
            }
            let mark = index + matched
            guard matched == Identifier.head.count, mark < content.count else {
                index = mark + 1
                continue
            }
            var end = mark + 1
            if content[mark] == Identifier.colon {
                while end < content.count, content[end] != Identifier.dollar, content[end] != Identifier.newline {
                    end += 1
                }
                guard end < content.count, content[end] == Identifier.dollar, !isForeign(content, mark..<end) else {
                    index = end + 1
                    continue
                }
                end += 1
            } else if content[mark] != Identifier.dollar {
                index = end
                continue
            }
            replaced.append(content, upTo: mark, then: expansion, continuingAt: end)
            index = end
        }
        return replaced.finished(content)
    }

    /// Whether another system wrote what stands between `$Id` and the closing dollar.
    private func isForeign(_ content: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count > 1, content[range.lowerBound + 1] == Identifier.space else { return false }
        var index = range.lowerBound + 2
        while index < range.upperBound, content[index] != 0 {
            let isBlank = [9, 10, 13, 32].contains(content[index])
            if isBlank, content[index + 1] != Identifier.dollar { return true }
            index += 1
        }
        return false
    }

    /// What has been made of the content so far.
    private struct Replaced {
        private var result: [UInt8] = []
        private var position = 0

        mutating func append(_ content: Span<UInt8>, upTo end: Int, then text: [UInt8], continuingAt next: Int) {
            copy(content, upTo: end)
            result += text
            position = next
        }

        /// All of it; nil when nothing was replaced.
        consuming func finished(_ content: Span<UInt8>) -> [UInt8]? {
            guard position > 0 else { return nil }
            copy(content, upTo: content.count)
            return result
        }

        private mutating func copy(_ content: Span<UInt8>, upTo end: Int) {
            for index in position..<end { result.append(content[index]) }
        }
    }
}
