internal import Posix

/// Measures what the product promises to be fast at, and prints the figures.
///
///     swift run -c release Benchmarks remote [--polls N] [--files N] [--commits N] [--refs N] [--rounds N]
///     swift run -c release Benchmarks staging [--files N]… [--on DIRECTORY]…
///     swift run -c release Benchmarks pushes [--pushes N] [--files N] [--on DIRECTORY]
///     swift run -c release Benchmarks compare [--against PROGRAM]… [--pushes N] [--files N] [--on DIRECTORY] [--program PATH]
///     swift run -c release Benchmarks memory [--against PROGRAM]… [--files N]… [--program PATH]
///     swift run -c release Benchmarks flush [--changed N]… [--rounds N] [--foreign MIB] [--on DIRECTORY]…
///     swift run -c release Benchmarks watch [--files N]… [--on DIRECTORY]
///     swift run -c release Benchmarks kill [--kills N] [--seed N] [--minutes N] [--on DIRECTORY]
///     swift run -c release Benchmarks control [--blocks N] [--pushes N] [--files N] [--requests N] [--program PATH]
///     swift run -c release Benchmarks confirm [--pushes N] [--program PATH]
///     swift run -c release Benchmarks soak [--polls N] [--polls-per-push N] [--files N] [--program PATH]
@main
struct Benchmarks {
    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            ThisProcess.print("\(error)", toStandardError: true)
            ThisProcess.exit(error is BadArgument ? 2 : 1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        switch arguments.first {
        case "remote": try RemoteBenchmark(arguments: arguments.dropFirst()).run()
        // What the remote benchmark starts itself with, to measure a process that does nothing else.
        case "remote-polls" where arguments.count == 5:
            try RemoteWork(url: arguments[1], store: arguments[2], key: arguments[4]).polls(Int(arguments[3]) ?? 1)
        case "remote-fetch" where arguments.count == 5:
            try RemoteWork(url: arguments[1], store: arguments[2], key: arguments[4]).fetch()
        case "staging": try StagingBenchmark(arguments: arguments.dropFirst()).run()
        case "pushes": try PushesBenchmark(arguments: arguments.dropFirst()).run()
        case "compare": try CompareBenchmark(arguments: arguments.dropFirst()).run()
        case "memory": try MemoryBenchmark(arguments: arguments.dropFirst()).run()
        case "flush": try FlushBenchmark(arguments: arguments.dropFirst()).run()
        case "watch": try WatchBenchmark(arguments: arguments.dropFirst()).run()
        case "kill": try KillBenchmark(arguments: arguments.dropFirst()).run()
        case "confirm": try ConfirmBenchmark(arguments: arguments.dropFirst()).run()
        case "control": try ControlBenchmark(arguments: arguments.dropFirst()).run()
        case "soak": try SoakBenchmark(arguments: arguments.dropFirst()).run()
        default:
            print(
                "usage: Benchmarks remote|staging|pushes|compare|memory|flush|watch|kill|confirm|control|soak [--files N] ..."
            )
        }
    }
}
