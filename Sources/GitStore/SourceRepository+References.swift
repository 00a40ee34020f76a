/// A reference of another repository, as a server would list it.
public struct SourceReference: Sendable, Equatable {
    /// The full name: `HEAD` or something below `refs/`.
    public let name: String
    /// The object that it names.
    public let id: ObjectID
    /// What an annotated tag means in the end; nil when `id` is no tag.
    public let peeled: ObjectID?
    /// The reference that a symbolic one (`HEAD`) stands for.
    public let symbolicTarget: String?
}

extension SourceRepository {
    /// All references, `HEAD` first and the others by name; broken ones are left out, as a server leaves them out.
    public func references() throws(GitError) -> [SourceReference] {
        let packed = try referenceFiles.packedReferences()
        var result: [SourceReference] = []
        for name in ["HEAD"] + (try referenceFiles.names(packed: packed)) {
            // One broken reference must not hide the others.
            guard let reference = try? reference(named: name, packed: packed) else { continue }
            result.append(reference)
        }
        return result
    }

    /// One reference by its full name; nil when it does not exist or names an object that is not there.
    public func reference(named name: String) throws(GitError) -> SourceReference? {
        try reference(named: name, packed: try referenceFiles.packedReferences())
    }

    /// The name that `HEAD` stands for even if no commit is there yet; nil when it names a commit itself.
    public func headTarget() throws(GitError) -> String? {
        guard case .symbolic(let target)? = try referenceFiles.loose("HEAD") else { return nil }
        return target
    }

    private func reference(
        named name: String, packed: [String: References.PackedReference]
    ) throws(GitError) -> SourceReference? {
        guard let (id, target) = try referenceFiles.resolve(name, packed: packed), objects.containsKnown(id) else {
            return nil
        }
        let known = packed[target].flatMap { $0.id == id ? $0.peeled : nil }
        let peeled = if let known { known } else { try peel(id) }
        return SourceReference(name: name, id: id, peeled: peeled, symbolicTarget: target == name ? nil : target)
    }

    /// What a tag means in the end, whatever kind that is; nil when the object is no tag.
    private func peel(_ id: ObjectID) throws(GitError) -> ObjectID? {
        var current = id
        while try objects.kind(of: current) == .tag {
            current = try objects.withObject(current) { (_, bytes) throws(GitError) in try tagTarget(current, bytes) }
        }
        return current == id ? nil : current
    }
}
