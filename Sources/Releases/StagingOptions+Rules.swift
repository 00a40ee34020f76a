internal import Patterns

extension StagingOptions {
    /// The rules that choose what a release holds; nil for everything.
    var sparseRules: SparseRules? { sparsePatterns.map { SparseRules($0.span) } }
}
