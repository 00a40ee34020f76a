/// What became of the object stores of submodules.
package struct ModuleSweepResult: Sendable, Equatable {
    /// Stores, by location, that no release needs and that were given to the cleaner.
    package var removed: [String] = []
    /// How many commits the other stores need not keep any more.
    package var released = 0
    /// Stores that were compacted.
    package var compacted: [String] = []

    /// Nothing was done.
    package init() {}
}
