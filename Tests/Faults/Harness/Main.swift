internal import HTTPClient
internal import Posix
internal import TestSupport

/// Strikes the built program at single system calls and looks whether it keeps its promises; `make faults` runs it.
///
/// It ends with 0 when no promise was broken that is not known to be, with 1 when one was or when one is kept that was
/// known to be broken, with 75 when there is more to do, and with 77 where it cannot work.
@main
struct Faults {
    static func main() throws {
        HTTPLibrary.start()
        let arguments: Arguments
        do {
            arguments = try Arguments(CommandLine.arguments.dropFirst())
        } catch {
            ThisProcess.print("\(error)", toStandardError: true)
            ThisProcess.exit(2)
        }
        if arguments.isLane {
            do {
                try Campaign(arguments).run()
            } catch {
                try ResultFile(arguments.results(ofLane: arguments.lane)).say("trouble \(error)")
                ThisProcess.exit(1)
            }
            return
        }
        guard try runProgram(["unshare", "--mount", "true"]).status == 0 else {
            say("not possible here: making a mount namespace needs root and CAP_SYS_ADMIN")
            ThisProcess.exit(77)
        }
        ThisProcess.exit(try Conductor(arguments).run())
    }
}

/// What is to be done, by the flags `--name=value`.
struct Arguments {
    var program = ""
    var preload = ""
    var sources = ""
    var place = ""
    var records = ""
    var only: String?
    var seed: UInt64 = 1
    var seconds = 1000
    /// How many cases a lane strikes at most; nil for as many as there is time for.
    var most: Int?
    var lanes = 2
    var lane = -1
    var isLong = false
    let words: [String]

    var isLane: Bool { lane >= 0 }

    init(_ words: ArraySlice<String>) throws {
        self.words = Array(words)
        for word in words {
            let (name, value) = (word.prefix { $0 != "=" }, String(word.drop { $0 != "=" }.dropFirst()))
            func number() throws -> Int {
                guard let number = Int(value), number >= 0 else { throw Trouble("\(name) needs a number") }
                return number
            }
            switch name {
            case "--program": program = value
            case "--preload": preload = value
            case "--sources": sources = value
            case "--place": place = value
            case "--records": records = value
            case "--only": only = value.isEmpty ? nil : value
            case "--seed": seed = UInt64(try number())
            case "--seconds": seconds = try number()
            case "--most": most = try number()
            case "--lanes": lanes = max(1, try number())
            case "--lane": lane = try number()
            case "--long": isLong = true
            default: throw Trouble("\(word) is not known here")
            }
        }
    }

    /// The file that a lane writes what it finds into.
    func results(ofLane lane: Int) -> String { "\(records)/lane-\(lane)" }
}
