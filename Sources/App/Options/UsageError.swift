/// Everything that is wrong with the parameters; the program ends with `ExitCode.usage`.
public struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, at least one thing.
    public let problems: [Problem]

    /// Collects what is wrong.
    public init(_ problems: [Problem]) {
        self.problems = problems
    }

    /// A heading, a line for each problem, and how to get help; without a line break at the end.
    public var description: String {
        let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
        let lines = problems.map { "  \($0)" }
        return
            (["\(Product.name): \(count) with the parameters:"] + lines
            + ["Try '\(Product.name) --help', or '\(Product.name) --man' for the manual."])
            .joined(separator: "\n")
    }
}
