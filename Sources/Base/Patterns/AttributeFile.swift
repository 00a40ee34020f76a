/// What a compiled line gives one attribute, by the attribute's number.
struct AttributeAssignment: Sendable {
    let attribute: Int
    let value: AttributeValue
}

/// One attributes file, compiled: only the lines that have to do with the bytes of working files.
final class AttributeFile: Sendable {
    private struct Rule: Sendable {
        let pattern: PathPattern
        let assignments: [AttributeAssignment]
    }

    private let directory: [UInt8]
    // The last line of the file first: it beats those above it.
    private let rules: [Rule]

    init(_ lines: [AttributeLine], directory: [UInt8], macros: AttributeMacros) {
        self.directory = directory
        rules = lines.reversed().compactMap { line in
            // Only files are asked about, so a pattern that wants a directory never speaks.
            guard case .pattern(let pattern) = line.subject, !pattern.wantsDirectory else { return nil }
            let assignments = macros.compile(line)
            return assignments.isEmpty ? nil : Rule(pattern: pattern, assignments: assignments)
        }
    }

    var isEmpty: Bool { rules.isEmpty }

    func apply(
        to path: Span<UInt8>, nameStart: Int, macros: AttributeMacros, _ found: inout FoundAttributes
    ) {
        guard directory.isDirectoryPrefix(of: path) else { return }
        let base = directory.isEmpty ? 0 : directory.count + 1
        for index in rules.indices where rules[index].pattern.matches(path, base: base, nameStart: nameStart) {
            found.apply(rules[index].assignments, macros)
            if found.isComplete { return }
        }
    }

    /// Reads the lines of a file and notes those that have no effect.
    static func lines(
        _ file: Span<UInt8>, allowsMacros: Bool, path: String, _ ignored: inout [AttributeRules.IgnoredLine]
    ) -> [AttributeLine] {
        var result: [AttributeLine] = []
        var number = 0
        var start = file.has([0xEF, 0xBB, 0xBF], at: 0) ? 3 : 0
        // A zero byte ends the file for git.
        while start < file.count, file[start] != 0 {
            number += 1
            var end = start
            while end < file.count, file[end] != .newline, file[end] != 0 { end += 1 }
            do throws(AttributeLine.Mistake) {
                if let line = try AttributeLine(file.extracting(start..<end), allowsMacros: allowsMacros) {
                    result.append(line)
                }
            } catch {
                ignored.append(.init(path: path, line: number, reason: error.rawValue))
            }
            guard end < file.count, file[end] == .newline else { break }
            start = end + 1
        }
        return result
    }
}

/// The numbers of the attributes that matter: those of working files, and the macros that lead to one of them.
struct AttributeMacros: Sendable {
    /// More than this many macros with an effect are not followed; no project has a tenth of it.
    static let maximumCount = 64 - CheckoutAttributes.Name.allCases.count

    private var numbers: [String: Int] = [:]
    /// What each attribute, by number, sets when it is itself set.
    private(set) var expansions: [[AttributeAssignment]] = []

    init(
        _ rootLines: [AttributeLine], _ infoLines: [AttributeLine], _ ignored: inout [AttributeRules.IgnoredLine]
    ) {
        for name in CheckoutAttributes.Name.allCases { numbers[name.spelling] = name.rawValue }
        // What is defined later replaces what was defined before; this one is built into git.
        var definitions: [String: [(name: String, value: AttributeValue)]] = [
            "binary": [("diff", .unset), ("merge", .unset), ("text", .unset)]
        ]
        for line in rootLines + infoLines {
            if case .macro(let name) = line.subject { definitions[name] = line.assignments }
        }
        var order = Array(definitions.keys).sorted()
        var isGrowing = true
        var isCut = false
        while isGrowing {
            isGrowing = false
            order.removeAll { name in
                guard numbers[name] == nil else { return true }
                guard definitions[name]?.contains(where: { numbers[$0.name] != nil }) == true else { return false }
                guard numbers.count < 64 else {
                    isCut = true
                    return false
                }
                numbers[name] = numbers.count
                isGrowing = true
                return true
            }
        }
        if isCut {
            ignored.append(
                .init(
                    path: ".gitattributes", line: 0,
                    reason: "more than \(AttributeMacros.maximumCount) macros change files, the others are ignored"))
        }
        expansions = Array(repeating: [], count: numbers.count)
        for (name, number) in numbers {
            expansions[number] = (definitions[name] ?? []).compactMap(compile)
        }
    }

    /// The assignments of a line that matter.
    func compile(_ line: AttributeLine) -> [AttributeAssignment] {
        line.assignments.compactMap(compile)
    }

    private func compile(_ assignment: (name: String, value: AttributeValue)) -> AttributeAssignment? {
        numbers[assignment.name].map { AttributeAssignment(attribute: $0, value: assignment.value) }
    }
}
