internal import Posix

/// Measures what the product promises to be fast at, and prints the figures.
///
///     swift run -c release Benchmarks staging [--files N]… [--on DIRECTORY]…
///     swift run -c release Benchmarks remote [--polls N] [--files N] [--commits N] [--refs N]
@main
struct Benchmarks {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "remote": try RemoteBenchmark(arguments: arguments.dropFirst()).run()
        // What the remote benchmark starts itself with, to measure a process that does nothing else.
        case "remote-polls" where arguments.count == 5:
            try RemoteWork(url: arguments[1], store: arguments[2], key: arguments[4]).polls(Int(arguments[3]) ?? 1)
        case "remote-fetch" where arguments.count == 5:
            try RemoteWork(url: arguments[1], store: arguments[2], key: arguments[4]).fetch()
        case "staging": try StagingBenchmark(arguments: arguments.dropFirst()).run()
        default:
            print("usage: Benchmarks staging [--files N]... [--on DIRECTORY]...")
            print("       Benchmarks remote [--polls N] [--files N] [--commits N] [--refs N]")
        }
    }
}
