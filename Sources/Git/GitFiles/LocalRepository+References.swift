public import GitObjects

/// A reference of another repository, as its files tell.
public struct LocalReference: Sendable, Equatable {
    /// The full name: `HEAD` or something below `refs/`.
    public let name: String
    /// The object that it names.
    public let id: ObjectID
    /// What an annotated tag means in the end, where git has noted it beside the reference.
    public let peeled: ObjectID?
    /// The reference that a symbolic one (`HEAD`) stands for.
    public let symbolicTarget: String?
}

extension LocalRepository {
    /// One reference by its full name; nil when it does not exist.
    ///
    /// Whether its object is there is not looked at.
    public func reference(named name: String) throws(GitError) -> LocalReference? {
        let packed = try references.packedReferences()
        guard let (id, target) = try references.resolve(name, packed: packed) else { return nil }
        return LocalReference(
            name: name, id: id, peeled: packed[target].flatMap { $0.id == id ? $0.peeled : nil },
            symbolicTarget: target == name ? nil : target)
    }

    /// The name that `HEAD` stands for even if no commit is there yet; nil when it names a commit itself.
    public func headTarget() throws(GitError) -> String? {
        guard case .symbolic(let target)? = try references.loose("HEAD") else { return nil }
        return target
    }

    private var references: References {
        References(gitDirectory: gitDirectory, commonDirectory: commonDirectory)
    }
}
