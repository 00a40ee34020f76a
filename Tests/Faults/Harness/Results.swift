internal import Posix
internal import TestSupport

/// The cases that are known to break a promise today, with the check that says so; the list may only become shorter.
struct KnownFailures {
    /// `scenario check`.
    private(set) var pairs: Set<String> = []
    private(set) var lines: [(check: String, item: Case)] = []

    var cases: [Case] { lines.reduce(into: []) { if !$0.contains($1.item) { $0.append($1.item) } } }

    init(_ sources: String) throws {
        for line in try TestFiles.text(sources + "/known-failures").split(separator: "\n") where line.first != "#" {
            let words = line.split(separator: " ")
            guard (2...3).contains(words.count), let item = Case(String(words[1])),
                words.count == 2 || words[2] == "sometimes"
            else {
                throw Trouble("known-failures has a line that is not understood: \(line)")
            }
            pairs.insert("\(item.scenario) \(words[0])")
            // What depends on which of two threads comes first proves nothing by holding once.
            if words.count == 2 { lines.append((String(words[0]), item)) }
        }
    }
}

/// A line of a result file.
struct Result {
    let item: Case
    let isStruck: Bool
    let broken: [(check: String, text: String)]
}

/// What a lane has found, a line for each case, so that a run can go on where another was ended.
struct ResultFile {
    let path: String

    init(_ path: String) {
        self.path = path
    }

    func say(_ line: String) throws {
        try FileDescriptor.open(path, .write, [.create, .append]).writeAll(Array((line + "\n").utf8))
    }

    func add(_ item: String, _ milliseconds: String, _ outcome: Outcome) throws {
        let broken = outcome.broken.map { "\($0.check)\t\($0.phase): \(clean($0.text))" }
        try say(
            (["case", item, outcome.isStruck ? "struck" : "missed", milliseconds] + broken).joined(separator: "\t"))
    }

    private func clean(_ text: String) -> String {
        String(text.map { $0 == "\t" || $0 == "\n" ? " " : $0 }.prefix(700))
    }

    /// The texts of the cases that it has already.
    func finished() throws -> Set<String> {
        guard TestFiles.exists(path) else { return [] }
        return Set(
            try TestFiles.text(path).split(separator: "\n").compactMap { line in
                let fields = line.split(separator: "\t")
                return fields.count > 2 && fields[0] == "case" ? String(fields[1]) : nil
            })
    }

    static func read(_ line: Substring) -> Result? {
        let fields = line.split(separator: "\t").map { String($0) }
        guard fields.count >= 4, fields[0] == "case", let item = Case(fields[1]) else { return nil }
        let broken = stride(from: 4, to: fields.count - 1, by: 2).map { (check: fields[$0], text: fields[$0 + 1]) }
        return Result(item: item, isStruck: fields[2] == "struck", broken: broken)
    }
}

/// The results of all lanes, and what they come to.
struct Summary {
    private(set) var results: [Result] = []
    let known: KnownFailures

    init(_ known: KnownFailures) {
        self.known = known
    }

    mutating func add(_ result: Result) { results.append(result) }

    /// Every check that failed in a case and is not expected to.
    func news(in result: Result) -> [(check: String, text: String)] {
        result.broken.filter { !known.pairs.contains("\(result.item.scenario) \($0.check)") }
    }

    /// Cases of the list that hold now.
    var mended: [String] {
        known.lines.compactMap { line in
            guard let result = results.first(where: { $0.item == line.item }),
                !result.broken.contains(where: { $0.check == line.check })
            else { return nil }
            return "\(line.check) \(line.item)"
        }
    }

    /// A row for each scenario and mode.
    var table: String {
        var rows: [String: (tries: Int, missed: Int, broken: Int, known: Int)] = [:]
        for result in results {
            for mode in [result.item.mode.rawValue, "all"] {
                for scenario in [result.item.scenario, "all"] where scenario != "all" || mode == "all" {
                    var row = rows["\(scenario)\t\(mode)"] ?? (0, 0, 0, 0)
                    row.tries += result.isStruck ? 1 : 0
                    row.missed += result.isStruck ? 0 : 1
                    row.broken += news(in: result).isEmpty ? 0 : 1
                    row.known += !result.broken.isEmpty && news(in: result).isEmpty ? 1 : 0
                    rows["\(scenario)\t\(mode)"] = row
                }
            }
        }
        var lines = ["| scenario | mode | tries | missed | broken | known |", "|---|---|---|---|---|---|"]
        let scenarios = Scenario.all.map(\.name) + ["all"]
        for scenario in scenarios {
            for mode in Mode.allCases.map(\.rawValue) + ["all"] {
                guard let row = rows["\(scenario)\t\(mode)"] else { continue }
                lines.append(
                    "| \(scenario) | \(mode) | \(row.tries) | \(row.missed) | \(row.broken) | \(row.known) |")
            }
        }
        return lines.joined(separator: "\n")
    }
}
