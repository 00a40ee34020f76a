extension Wildmatch {
    /// Whether the pattern stands for the whole of `text`.
    public func matches(_ text: Span<UInt8>) -> Bool {
        matches(text, from: 0)
    }

    /// Whether the pattern stands for the whole of `text`.
    public func matches(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return matches(bytes.span)
    }

    /// Whether the pattern stands for everything in `text` from `start` on.
    func matches(_ text: Span<UInt8>, from start: Int) -> Bool {
        switch shape {
        case .nothing: return false
        case .literal: return text.isExactly(literal, from: start)
        case .suffix:
            let middle = text.count - literal.count
            return middle >= start && text.has(literal, at: middle) && !crossesSlash(text, start, middle)
        case .prefix:
            return text.has(literal, at: start) && !crossesSlash(text, start + literal.count, text.count)
        case .general:
            var steps = 0
            return matchComponents(text, from: start, steps: &steps)
        }
    }

    private func crossesSlash(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        slashIsSpecial && text.componentEnd(from: start) < end
    }

    /// Matches component by component.
    ///
    /// After a failure only the last `**` takes one component more: an earlier one could not do better. So every
    /// component of the pattern meets every component of the text once at most. `steps` counts the comparisons.
    func matchComponents(_ text: Span<UInt8>, from start: Int, steps: inout Int) -> Bool {
        // The start of the next component of the text; one behind the end when none is left.
        var position = start
        var next = 0
        var retryComponent: Int?
        var retryPosition = 0
        while true {
            var isMatch = false
            if next == components.count {
                if position > text.count { return true }
            } else {
                switch components[next] {
                case .many(let atLeastOne):
                    if atLeastOne, position > text.count { return false }
                    if next + 1 == components.count { return true }
                    if atLeastOne { position = componentEnd(text, position) + 1 }
                    retryComponent = next + 1
                    retryPosition = position
                    isMatch = true
                case .one(let range):
                    guard position <= text.count else { return false }
                    let end = componentEnd(text, position)
                    isMatch = matchTokens(range, text, position, end, &steps)
                    position = end + 1
                }
            }
            if isMatch {
                next += 1
                continue
            }
            guard let retry = retryComponent, retryPosition <= text.count else { return false }
            retryPosition = componentEnd(text, retryPosition) + 1
            position = retryPosition
            next = retry
        }
    }

    /// Whether the pattern could stand for a path below the directory that `text` names from `start` on.
    ///
    /// A yes may be wrong, a no never is.
    func mayMatchBelow(_ text: Span<UInt8>, from start: Int) -> Bool {
        guard shape != .nothing else { return false }
        guard slashIsSpecial else { return true }
        var position = start
        var steps = 0
        for component in components {
            guard position <= text.count, case .one(let range) = component else { return true }
            let end = componentEnd(text, position)
            guard matchTokens(range, text, position, end, &steps) else { return false }
            position = end + 1
        }
        return false
    }

    private func componentEnd(_ text: Span<UInt8>, _ start: Int) -> Int {
        slashIsSpecial ? text.componentEnd(from: start) : text.count
    }

    /// Matches the elements in `range` with the bytes from `start` to `end`, which hold no slash where slashes count.
    ///
    /// After a failure only the last `*` takes one byte more, for the reason given above.
    private func matchTokens(
        _ range: Range<Int>, _ text: Span<UInt8>, _ start: Int, _ end: Int, _ steps: inout Int
    ) -> Bool {
        var position = start
        var next = range.lowerBound
        var retryToken: Int?
        var retryPosition = 0
        while position < end {
            steps &+= 1
            var isMatch = false
            if next < range.upperBound {
                switch tokens[next] {
                case .byte(let byte): isMatch = text[position] == byte
                case .anyByte: isMatch = true
                case .set(let number): isMatch = sets[number].contains(text[position])
                case .anyBytes:
                    next += 1
                    if next == range.upperBound { return true }
                    retryToken = next
                    retryPosition = position
                    continue
                }
            }
            if isMatch {
                position += 1
                next += 1
            } else {
                guard let retry = retryToken else { return false }
                retryPosition += 1
                position = retryPosition
                next = retry
            }
        }
        while next < range.upperBound, tokens[next] == .anyBytes { next += 1 }
        return next == range.upperBound
    }
}
