internal import Posix
internal import TestSupport

/// Tries the program with git servers of every kind, on loopback; `make conformance` runs it.
///
/// It ends with 0 when every cell works or is refused as it should be, with 1 otherwise.
@main
struct Conformance {
    static func main() throws {
        let arguments: Arguments
        do {
            arguments = try Arguments(CommandLine.arguments.dropFirst())
        } catch {
            ThisProcess.print("\(error)", toStandardError: true)
            ThisProcess.exit(2)
        }
        Programs.chosen.withLock { $0 = Programs(sources: arguments.sources, built: arguments.built) }
        let chosen = Configuration.all.filter { configuration in
            if let only = arguments.only {
                return configuration.name.contains(only) || configuration.family.rawValue == only
            }
            return arguments.isQuick ? configuration.isQuick : true
        }
        if chosen.isEmpty { throw Trouble("no configuration is called \(arguments.only ?? "")") }
        let cells = Cell.allCases.filter { arguments.cell == nil || arguments.cell == $0.rawValue }
        if cells.isEmpty { throw Trouble("no cell is called \(arguments.cell ?? "")") }
        let start = ContinuousClock.now
        let rows = try Laboratory(
            program: arguments.program, directory: arguments.place, configurations: chosen, cells: cells,
            lanes: arguments.lanes, showsServerWords: arguments.isVerbose
        ).run()
        let failures = rows.map(\.failures.count).reduce(0, +)
        let compared = rows.map(\.compared).reduce(0, +)
        let seconds = Int(start.duration(to: .now) / .seconds(1))
        ThisProcess.print(
            "\(rows.count) configurations, \(rows.count * cells.count) cells, \(compared) releases equal to git's, "
                + "\(failures) cells fail; \(seconds) s")
        if let path = arguments.table, failures == 0 { try TestFiles.write(try Table(rows).document(), to: path) }
        var stale: [String] = []
        if let path = arguments.check { stale = Table(rows).rowsMissing(from: try TestFiles.text(path)) }
        for name in stale { ThisProcess.print("docs/conformance.md does not have this as it came out: \(name)") }
        ThisProcess.exit(failures == 0 && stale.isEmpty ? 0 : 1)
    }
}

/// What is to be done, by the flags `--name=value`.
struct Arguments {
    var program = ""
    var place = ""
    var sources = ""
    var built = ""
    var only: String?
    var cell: String?
    var table: String?
    var check: String?
    var isQuick = false
    var lanes = 2
    var isVerbose = false

    init(_ words: ArraySlice<String>) throws {
        for word in words {
            let (name, value) = (word.prefix { $0 != "=" }, String(word.drop { $0 != "=" }.dropFirst()))
            switch name {
            case "--program": program = value
            case "--place": place = value
            case "--sources": sources = value
            case "--built": built = value
            case "--only": only = value.isEmpty ? nil : value
            case "--cell": cell = value.isEmpty ? nil : value
            case "--table": table = value
            case "--check": check = value
            case "--quick": isQuick = true
            case "--verbose": isVerbose = true
            case "--lanes": lanes = max(1, Int(value) ?? 2)
            default: throw Trouble("\(word) is not known here")
            }
        }
    }
}
