/// A pattern of git's `wildmatch` kind, compiled once and matched many times without allocation.
///
/// `?`, `*` and `[…]` stop at slashes; `**` between slashes or at an end stands for any number of directories; a
/// backslash takes the next byte as it is. The time of a match is bounded by the length of the pattern times the
/// length of the text, whatever the two hold.
public struct Wildmatch: Equatable, Sendable {
    /// What one element of the pattern asks of the text.
    enum Token: Equatable, Sendable {
        case byte(UInt8)
        case anyByte
        case set(Int)
        case anyBytes
    }

    /// What the pattern asks of one path component, or of several.
    enum Component: Equatable, Sendable {
        case one(Range<Int>)
        case many(atLeastOne: Bool)
    }

    /// The shapes that need no general matching.
    enum Shape: Equatable, Sendable {
        case nothing
        case literal
        case suffix
        case prefix
        case general
    }

    var tokens: [Token] = []
    var sets: [ByteSet] = []
    var components: [Component] = []
    var shape = Shape.general
    var literal: [UInt8] = []
    let slashIsSpecial: Bool

    /// Compiles a pattern; one that is malformed (an open bracket, a trailing backslash) matches nothing, as in git.
    ///
    /// Without `slashIsSpecial` a slash is a byte like any other: `*` crosses it.
    public init(_ pattern: Span<UInt8>, slashIsSpecial: Bool = true) {
        self.slashIsSpecial = slashIsSpecial
        guard compile(pattern) else {
            shape = .nothing
            return
        }
        findShape()
    }

    /// Compiles a pattern that is given as text.
    public init(_ pattern: String, slashIsSpecial: Bool = true) {
        let bytes = Array(pattern.utf8)
        self.init(bytes.span, slashIsSpecial: slashIsSpecial)
    }

    private mutating func compile(_ pattern: Span<UInt8>) -> Bool {
        var index = 0
        var componentStart = 0
        // A new component begins behind every slash that is an element of its own, escaped or not.
        func endComponent(_ self: inout Wildmatch) {
            self.components.append(.one(componentStart..<self.tokens.count))
            componentStart = self.tokens.count
        }
        while index < pattern.count {
            let byte = pattern[index]
            switch byte {
            case .slash where slashIsSpecial:
                endComponent(&self)
                index += 1
            case .backslash:
                guard index + 1 < pattern.count else { return false }
                if pattern[index + 1] == .slash, slashIsSpecial {
                    endComponent(&self)
                } else {
                    tokens.append(.byte(pattern[index + 1]))
                }
                index += 2
            case UInt8(ascii: "?"):
                tokens.append(.anyByte)
                index += 1
            case UInt8(ascii: "["):
                guard var set = ByteSet(reading: pattern, at: &index) else { return false }
                if slashIsSpecial { set.remove(.slash) }
                tokens.append(.set(sets.count))
                sets.append(set)
            case .asterisk:
                let start = index
                while index < pattern.count, pattern[index] == .asterisk { index += 1 }
                let isAlone = start == 0 || pattern[start - 1] == .slash
                guard slashIsSpecial, index - start > 1, isAlone,
                    let separator = Wildmatch.separatorLength(pattern, at: index)
                else {
                    tokens.append(.anyBytes)
                    continue
                }
                // `**/` may stand for no directory; at the end, and before `\/`, it stands for one at least.
                components.append(.many(atLeastOne: separator != 1))
                if separator == 0 { return true }
                index += separator
            default:
                tokens.append(.byte(byte))
                index += 1
            }
        }
        endComponent(&self)
        return true
    }

    /// 0 at the end of the pattern, 1 at a slash, 2 at an escaped slash, nil elsewhere.
    private static func separatorLength(_ pattern: Span<UInt8>, at index: Int) -> Int? {
        if index == pattern.count { return 0 }
        if pattern[index] == .slash { return 1 }
        if pattern[index] == .backslash, index + 1 < pattern.count, pattern[index + 1] == .slash { return 2 }
        return nil
    }

    private mutating func findShape() {
        guard !tokens.contains(where: { if case .set = $0 { true } else { $0 == .anyByte } }) else { return }
        let stars = tokens.count { $0 == .anyBytes }
        if stars == 0 {
            var bytes: [UInt8] = []
            for (number, component) in components.enumerated() {
                guard case .one(let range) = component else { return }
                if number > 0 { bytes.append(.slash) }
                bytes += plainBytes(tokens[range])
            }
            (shape, literal) = (.literal, bytes)
        } else if stars == 1, components.count == 1 {
            if tokens.first == .anyBytes {
                (shape, literal) = (.suffix, plainBytes(tokens.dropFirst()))
            } else if tokens.last == .anyBytes {
                (shape, literal) = (.prefix, plainBytes(tokens.dropLast()))
            }
        }
    }

    private func plainBytes(_ tokens: ArraySlice<Token>) -> [UInt8] {
        tokens.compactMap { if case .byte(let byte) = $0 { byte } else { nil } }
    }
}
