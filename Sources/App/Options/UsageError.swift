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

/// How the program ends.
public enum ExitCode: Int32, CaseIterable, Sendable {
    /// Success, or a clean stop by SIGTERM or SIGINT.
    case success = 0
    /// Something failed while it ran.
    case failure = 1
    /// The parameters are wrong.
    case usage = 2

    /// When it is used, for the manual.
    public var summary: String {
        switch self {
        case .success: "Success, or a clean stop, also by SIGTERM or SIGINT."
        case .failure: "Something failed while it ran."
        case .usage: "The parameters are wrong; nothing was done."
        }
    }
}
