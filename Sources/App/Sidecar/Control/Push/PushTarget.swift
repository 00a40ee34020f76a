internal import GitProtocol
internal import Options
internal import Remote

/// What we deploy, for telling whether a push concerns it.
struct PushTarget: Sendable {
    /// The repository, and what it was before `insteadOf` rewrote it.
    let repositories: [RepositoryIdentity]
    let query: RefQuery

    /// Why a push does not concern us; nil when it does.
    func reasonToIgnore(_ payload: PushPayload) -> String? {
        let named = payload.addresses.compactMap { RepositoryIdentity(address: $0) }
        let isOurs =
            named.isEmpty
            ? repositories.contains { $0.isNamed(payload.fullName ?? "") }
            : named.contains { repositories.contains($0) }
        guard isOurs else {
            return "another repository: \(named.first.map(\.description) ?? payload.fullName ?? "not named")"
        }
        if payload.references.contains(where: { concernsUs($0, payload) }) { return nil }
        return "another reference: \(payload.references.prefix(3).joined(separator: ", "))"
    }

    private func concernsUs(_ reference: String, _ payload: PushPayload) -> Bool {
        // A commit that we wait for can come with any reference.
        if query.objectID != nil { return true }
        if query.name == "HEAD" {
            guard reference.hasPrefix("refs/heads/") else { return false }
            return payload.defaultBranch.map { reference == "refs/heads/" + $0 } ?? true
        }
        return query.candidates.contains(reference)
    }
}
