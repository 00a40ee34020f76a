/// What the attributes files that reach a directory say about the files in it.
///
/// It is a value: a walk that goes down asks for the rules of each directory that it enters and drops them when it
/// leaves. A directory without a `.gitattributes` costs nothing, and rules that say nothing about the bytes of
/// working files (`diff`, `merge`, `export-ignore`) are gone after compiling.
public struct AttributeRules: Sendable {
    /// A line of an attributes file that has no effect.
    public struct IgnoredLine: Sendable, Equatable, CustomStringConvertible {
        /// The attributes file's path from the repository's root.
        public let path: String
        /// The line's number, from 1.
        public let line: Int
        /// Why it has no effect.
        public let reason: String

        /// `<path>:<line>: <reason>`.
        public var description: String { "\(path):\(line): \(reason)" }
    }

    // Deepest directory first, the repository's own info/attributes before all.
    private var files: [AttributeFile] = []
    private let macros: AttributeMacros
    private let infoCount: Int

    /// Lines that have no effect, in all files read so far on the way down.
    public private(set) var ignoredLines: [IgnoredLine] = []

    /// The rules of the root: its `.gitattributes`, and `info/attributes`, which beats all others; empty where there
    /// is none.
    public init(root: Span<UInt8>, info: Span<UInt8>) {
        let rootLines = AttributeFile.lines(root, allowsMacros: true, path: ".gitattributes", &ignoredLines)
        let infoLines = AttributeFile.lines(info, allowsMacros: true, path: "info/attributes", &ignoredLines)
        macros = AttributeMacros(rootLines, infoLines, &ignoredLines)
        let infoFile = AttributeFile(infoLines, directory: [], macros: macros)
        let rootFile = AttributeFile(rootLines, directory: [], macros: macros)
        infoCount = infoFile.isEmpty ? 0 : 1
        files = [infoFile, rootFile].filter { !$0.isEmpty }
    }

    /// The rules of a root that has a `.gitattributes` or, with an empty span, none.
    public init(root: Span<UInt8>) {
        let nothing: [UInt8] = []
        self.init(root: root, info: nothing.span)
    }

    /// The rules of a root without any attributes file.
    public init() {
        let nothing: [UInt8] = []
        self.init(root: nothing.span)
    }

    /// Whether nothing is said about any file, so that nobody need ask.
    public var isEmpty: Bool { files.isEmpty }

    /// The rules of a directory below, given its path from the root and the content of its `.gitattributes`.
    ///
    /// A directory without one has its parent's rules; do not call this for it.
    public func entering(_ directory: Span<UInt8>, file: Span<UInt8>) -> AttributeRules {
        var result = self
        let base = directory.array
        let lines = AttributeFile.lines(
            file, allowsMacros: false, path: String(decoding: base, as: UTF8.self) + "/.gitattributes",
            &result.ignoredLines)
        let compiled = AttributeFile(lines, directory: base, macros: macros)
        if !compiled.isEmpty { result.files.insert(compiled, at: infoCount) }
        return result
    }

    /// What is said about the file at `path`, counted from the repository's root.
    public func attributes(of path: Span<UInt8>) -> CheckoutAttributes {
        guard !files.isEmpty else { return .none }
        var found = FoundAttributes()
        let nameStart = path.nameStart
        for file in files {
            file.apply(to: path, nameStart: nameStart, macros: macros, &found)
            if found.isComplete { break }
        }
        return found.attributes
    }
}

/// What has been found about one path so far; what is found first stays.
struct FoundAttributes {
    var attributes = CheckoutAttributes()
    private var known: UInt64 = 0

    var isComplete: Bool { known & 0b111111 == 0b111111 }

    mutating func apply(_ assignments: [AttributeAssignment], _ macros: AttributeMacros) {
        // The last of a line counts, so it comes first here.
        for assignment in assignments.reversed() {
            let bit = UInt64(1) << UInt64(assignment.attribute)
            guard known & bit == 0 else { continue }
            known |= bit
            if let name = CheckoutAttributes.Name(rawValue: assignment.attribute) {
                attributes.store(assignment.value, in: name)
            }
            // Ends: each attribute becomes known once.
            if assignment.value == .set, !macros.expansions[assignment.attribute].isEmpty {
                apply(macros.expansions[assignment.attribute], macros)
            }
        }
    }
}
