/// Which paths of a commit a release holds: the rules of a sparse-checkout file.
///
/// A file whose every line has the cone shape (`/*`, `!/*/`, `/a/`, `!/a/*/`) is read as a cone; any other is a list
/// of patterns in which the last that speaks wins and what no pattern speaks of goes with its directory.
public struct SparseRules: Sendable {
    /// How to read the file.
    public enum Reading: Sendable {
        /// As a cone where the whole file has that shape, as patterns otherwise: what `git sparse-checkout init`
        /// makes of a file that is there already.
        case automatic
        /// As patterns, whatever its shape (`core.sparseCheckoutCone=false`).
        case patterns
    }

    private let patterns: [PathPattern]
    private let cone: SparseCone?
    /// Whether `!` occurs at all; without it a directory that is taken is taken whole.
    private let hasNegative: Bool

    /// Compiles the content of a sparse-checkout file.
    public init(_ file: Span<UInt8>, reading: Reading = .automatic) {
        patterns = SparseRules.lines(file).map { PathPattern($0.span) }
        hasNegative = patterns.contains(where: \.isNegative)
        cone = reading == .automatic ? SparseCone(patterns) : nil
    }

    /// Whether the file was read as a cone.
    public var isCone: Bool { cone != nil }

    /// Whether the release holds what is at `path`.
    ///
    /// `isDirectory` is for directories. A submodule is none: where nothing is checked out yet, as in a release to be,
    /// git takes it for a file, and a pattern with a trailing slash does not speak of it.
    public func includes(_ path: Span<UInt8>, isDirectory: Bool = false) -> Bool {
        if let cone { return cone.includes(path) }
        return patternVerdict(path, isDirectory: isDirectory)
    }

    /// Whether the release may hold something below the directory; a no is certain.
    ///
    /// The empty path is the root.
    public func mayContain(_ directory: Span<UInt8>) -> Bool {
        if let cone { return cone.verdict(onDirectory: directory) != .outside }
        return patterns.contains { !$0.isNegative && $0.mayMatchBelow(directory) }
            || patternVerdict(directory, isDirectory: true)
    }

    /// Whether the release holds everything below the directory; a yes is certain.
    public func containsAll(_ directory: Span<UInt8>) -> Bool {
        if let cone { return cone.verdict(onDirectory: directory) == .whole }
        return patternVerdict(directory, isDirectory: true)
            && !(hasNegative && patterns.contains { $0.isNegative && $0.mayMatchBelow(directory) })
    }

    /// What the last pattern that speaks of the path says, or of the nearest directory above it that any speaks of.
    private func patternVerdict(_ path: Span<UInt8>, isDirectory: Bool) -> Bool {
        var end = path.count
        var wantsDirectory = isDirectory
        while end > 0 {
            let current = path.extracting(first: end)
            let nameStart = current.nameStart
            var index = patterns.count - 1
            while index >= 0 {
                if !patterns[index].wantsDirectory || wantsDirectory,
                    patterns[index].matches(current, base: 0, nameStart: nameStart)
                {
                    return !patterns[index].isNegative
                }
                index -= 1
            }
            end = nameStart - 1
            wantsDirectory = true
        }
        return false
    }

    /// The lines that hold patterns.
    private static func lines(_ file: Span<UInt8>) -> [[UInt8]] {
        let bytes = file.has([0xEF, 0xBB, 0xBF], at: 0) ? file.extracting(3..<file.count).array : file.array
        return bytes.split(separator: .newline, omittingEmptySubsequences: true).compactMap { line in
            guard line.first != UInt8(ascii: "#") else { return nil }
            var text = Array(line.prefix { $0 != 0 })
            if line.count == text.count, text.last == .carriageReturn { text.removeLast() }
            trimTrailingSpaces(&text)
            return text
        }
    }

    private static func trimTrailingSpaces(_ line: inout [UInt8]) {
        var end = 0
        var index = 0
        while index < line.count {
            if line[index] == .backslash {
                // A backslash at the very end: git leaves the line as it is.
                guard index + 1 < line.count else { return }
                index += 1
                end = index + 1
            } else if line[index] != .space {
                end = index + 1
            }
            index += 1
        }
        line.removeSubrange(end...)
    }
}
