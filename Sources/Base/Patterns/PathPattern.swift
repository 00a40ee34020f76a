/// A pattern as lines of `.gitattributes` and of sparse-checkout files hold it.
///
/// Without a slash in it, it speaks of the last component of a path alone; with one, of the whole path below the
/// directory that the file lies in. A trailing slash asks for a directory.
struct PathPattern: Equatable, Sendable {
    private enum Form: Equatable, Sendable {
        case nameLiteral
        case nameSuffix
        case name
        case path
    }

    private let form: Form
    /// The whole name, the end of the name, or the part of the path in front of the first special byte.
    private let literal: [UInt8]
    /// What follows the literal part; nil when nothing does.
    private let rest: Wildmatch?
    let isNegative: Bool
    let wantsDirectory: Bool
    /// The pattern without `!` and without the trailing slash.
    let text: [UInt8]

    init(_ line: Span<UInt8>) {
        isNegative = line.count > 0 && line[0] == UInt8(ascii: "!")
        var start = isNegative ? 1 : 0
        wantsDirectory = line.count > start && line[line.count - 1] == .slash
        let end = wantsDirectory ? line.count - 1 : line.count
        let pattern = line.extracting(start..<end)
        text = pattern.array
        let isName = !text.contains(.slash)
        if !isName, text.first == .slash { start += 1 }
        var special = start
        while special < end, !line[special].isPatternSpecial { special += 1 }
        if !isName {
            form = .path
            literal = line.extracting(start..<special).array
            // The rest is compiled by itself: `a**/b` reads as `a` and then `**/b`, a habit of git's.
            rest = special < end ? Wildmatch(line.extracting(special..<end)) : nil
        } else if special == end {
            (form, literal, rest) = (.nameLiteral, text, nil)
        } else if text.first == .asterisk, !text.dropFirst().contains(where: \.isPatternSpecial) {
            (form, literal, rest) = (.nameSuffix, Array(text.dropFirst()), nil)
        } else {
            (form, literal, rest) = (.name, [], Wildmatch(pattern, slashIsSpecial: false))
        }
    }

    /// Whether the pattern speaks of `path`; `base` is where the part below the file's directory begins.
    ///
    /// Whether a directory is wanted is for the caller to check.
    func matches(_ path: Span<UInt8>, base: Int, nameStart: Int) -> Bool {
        switch form {
        case .nameLiteral: return path.isExactly(literal, from: nameStart)
        case .nameSuffix:
            let start = path.count - literal.count
            return start >= nameStart && path.has(literal, at: start)
        case .name: return rest?.matches(path, from: nameStart) ?? false
        case .path:
            guard path.has(literal, at: base) else { return false }
            guard let rest else { return path.count - base == literal.count }
            return rest.matches(path, from: base + literal.count)
        }
    }

    /// Whether the pattern could speak of something below the directory at `path`; a yes may be wrong, a no never is.
    func mayMatchBelow(_ path: Span<UInt8>) -> Bool {
        guard form == .path else { return true }
        // The root has no name to compare.
        guard path.count > 0 else { return true }
        if literal.count > path.count {
            return literal[path.count] == .slash && path.isPrefix(of: literal)
        }
        guard path.has(literal, at: 0), let rest else { return false }
        return rest.mayMatchBelow(path, from: literal.count)
    }
}

extension Span<UInt8> {
    fileprivate func isPrefix(of bytes: [UInt8]) -> Bool {
        guard count <= bytes.count else { return false }
        for index in indices where self[index] != bytes[index] { return false }
        return true
    }
}
