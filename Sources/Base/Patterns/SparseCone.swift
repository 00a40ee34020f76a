/// A sparse-checkout file of the cone shape: directories that are taken whole, and directories whose own files alone
/// are taken.
struct SparseCone: Sendable {
    enum Verdict: Sendable {
        case outside
        case some
        case whole
    }

    /// `/*` without a `!/*/` behind it: everything.
    private var isFull = false
    /// How often each directory is named as taken whole: git counts them, and takes off one at a time.
    private var whole: [[UInt8]: Int] = [:]
    private var parents: Set<[UInt8]> = []

    /// Nil when any of the patterns does not have the shape.
    init?(_ patterns: [PathPattern]) {
        for pattern in patterns {
            guard add(pattern) else { return nil }
        }
    }

    private mutating func add(_ pattern: PathPattern) -> Bool {
        let text = pattern.text
        if text.elementsEqual("/*".utf8) {
            guard pattern.isNegative == pattern.wantsDirectory else { return false }
            isFull = !pattern.isNegative
            return true
        }
        guard text.count >= 2, text[0] == .slash, pattern.wantsDirectory, SparseCone.isPlain(text) else { return false }
        let directory = SparseCone.unescaped(text)
        if text.count > 2, text.suffix(2).elementsEqual("/*".utf8) {
            // `!/a/*/` behind `/a/`: of a, the files alone.
            guard pattern.isNegative, isWhole(directory) else { return false }
            parents.insert(directory)
            whole[directory, default: 1] -= 1
            return true
        }
        guard !pattern.isNegative else { return false }
        whole[directory, default: 0] += 1
        return !parents.contains(directory)
    }

    private func isWhole(_ directory: [UInt8]) -> Bool { whole[directory, default: 0] > 0 }

    /// Whether the text holds no pattern but escaped special bytes and, at its end, `/*`.
    private static func isPlain(_ text: [UInt8]) -> Bool {
        for index in 1..<text.count {
            let byte = text[index]
            guard byte.isPatternSpecial, text[index - 1] != .backslash else {
                // A second star makes a `**`, escaped or not.
                if byte == .asterisk, index + 1 < text.count, text[index + 1] == .asterisk { return false }
                continue
            }
            let next = index + 1 < text.count ? text[index + 1] : nil
            if byte == .backslash, next?.isPatternSpecial == true { continue }
            if byte == .asterisk, text[index - 1] == .slash, next == nil { continue }
            return false
        }
        return true
    }

    /// The directory's path: without backslashes, the first slash and a `/*` at the end.
    private static func unescaped(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 1
        while index < text.count {
            if text[index] == .backslash, index + 1 < text.count { index += 1 }
            result.append(text[index])
            index += 1
        }
        if result.count > 1, result.suffix(2).elementsEqual("/*".utf8) { result.removeLast(2) }
        return result
    }

    /// What of the directory is taken.
    ///
    /// Git walks down from the root and turns back at the first directory that it takes nothing of: a line `/a/b/c/`
    /// without one for `/a/` and `/a/b/` above it selects nothing.
    func verdict(onDirectory path: Span<UInt8>) -> Verdict {
        if isFull { return .whole }
        var end = 0
        var isInsideParent = true
        while end < path.count {
            end = path.componentEnd(from: end == 0 ? 0 : end + 1)
            let directory = path.extracting(first: end).array
            if isWhole(directory) { return .whole }
            guard isInsideParent else { return .outside }
            isInsideParent = parents.contains(directory)
        }
        return .some
    }

    /// Whether the file at `path` is taken.
    func includes(_ path: Span<UInt8>) -> Bool {
        let end = path.nameStart
        guard end > 0 else { return true }
        let directory = path.extracting(first: end - 1).array
        switch verdict(onDirectory: directory.span) {
        case .whole: return true
        case .outside: return false
        case .some: return parents.contains(directory) || isWhole(path.array)
        }
    }
}
