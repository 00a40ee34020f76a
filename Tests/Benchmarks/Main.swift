internal import Posix

/// Measures what the product promises to be fast at, and prints the figures.
///
///     swift run -c release Benchmarks staging [--files N]… [--on DIRECTORY]…
@main
struct Benchmarks {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "staging": try StagingBenchmark(arguments: arguments.dropFirst()).run()
        default: print("usage: Benchmarks staging [--files N]... [--on DIRECTORY]...")
        }
    }
}
