public import GitObjects

/// What the user named with `--ref`: which references to ask a server for, and which of its answers is meant.
public struct RefQuery: Equatable, Sendable {
    static let operation = "resolve the reference"
    /// The name as the user gave it.
    public let name: String
    /// The object, when the name is a full hash: then nothing needs to be resolved.
    public let objectID: ObjectID?
    /// The full names that it may stand for, the preferred one first; empty for a full hash.
    public let candidates: [String]

    /// Understands a name as git does: `HEAD`, a tag, a branch, `heads/…`, `tags/…`, `refs/…`, or 40 digits.
    ///
    /// - Throws: `invalidRequest` when no reference can have that name.
    public init(_ name: String) throws(ProtocolError) {
        self.name = name
        objectID = ObjectID(name)
        guard objectID == nil else {
            candidates = []
            return
        }
        guard isValidReferenceName(name) else {
            let shown = printableText(Array(name.utf8).span, limit: 200)
            throw ProtocolError(
                .invalidRequest, "", "\"\(shown)\" is not the name of a reference",
                hint: "name a branch, a tag, refs/… or a full commit hash")
        }
        if name == "HEAD" || name.hasPrefix("refs/") {
            candidates = [name]
        } else {
            // The order is git's: what is more fully named beats a tag, and a tag beats a branch.
            let below = name.contains("/") ? ["refs/" + name] : []
            candidates = below + ["refs/tags/" + name, "refs/heads/" + name]
        }
    }

    /// The beginnings of names to ask for; they match longer names too, which `resolve` and the filter pass over.
    public var prefixes: [String] { candidates }

    /// What to keep of a list that holds more than was asked for.
    public var filter: ReferenceFilter {
        ReferenceFilter(names: candidates, ids: objectID.map { [$0] } ?? [])
    }

    /// Picks what the name stands for from what the server listed.
    ///
    /// - Throws: `missingReference` with the text `couldn't find remote ref NAME`, or `emptyRepository`.
    public func resolve(in listing: ReferenceListing) throws(ProtocolError) -> ResolvedReference {
        if let objectID {
            return ResolvedReference(name: name, id: objectID, commit: objectID, isTag: false, headBranch: nil)
        }
        for candidate in candidates {
            guard let found = listing[candidate] else { continue }
            let branch = candidate == "HEAD" ? found.symbolicTarget : nil
            return ResolvedReference(
                name: candidate, id: found.id, commit: found.peeled ?? found.id,
                isTag: candidate.hasPrefix("refs/tags/"), headBranch: branch.map(shortBranchName))
        }
        if name == "HEAD", let unborn = listing.unbornHead {
            let branch = printableText(Array(shortBranchName(unborn).utf8).span, limit: 200)
            throw ProtocolError(
                .emptyRepository, "", "the remote's HEAD names the branch \(branch), which has no commit yet",
                hint: "push a first commit to it, or name a branch that has one with --ref")
        }
        throw ProtocolError(
            .missingReference, "", "couldn't find remote ref \(name)",
            hint: "check --ref, and that the branch or tag was pushed")
    }
}

extension Advertisement {
    /// Picks what a name stands for from the references that came with a first answer of version 0 or 1.
    ///
    /// - Throws: `missingReference`, or `emptyRepository` when the server has no reference at all.
    public func resolve(_ query: RefQuery) throws(ProtocolError) -> ResolvedReference {
        if query.objectID == nil, listing.received == 0, version != .two {
            throw ProtocolError(
                .emptyRepository, "", "the remote repository is empty: it has no branch and no tag",
                hint: "push a first commit to it")
        }
        return try query.resolve(in: listing)
    }
}

/// What a name stands for on the server.
public struct ResolvedReference: Equatable, Sendable {
    /// The full name of the reference, or the hash where one was asked for.
    public let name: String
    /// The object at the reference: what to ask the server for, since it may refuse one that it does not list.
    public let id: ObjectID
    /// The commit behind it as far as the server told; the object itself otherwise, which may still be a tag.
    public let commit: ObjectID
    /// Whether the reference is a tag.
    public let isTag: Bool
    /// The branch that the remote's HEAD stands for, when HEAD was asked for and the server said so.
    public let headBranch: String?

    /// The name for people: of the remote's HEAD the branch that it stands for, where the server said which.
    public var shownName: String { headBranch.map { "refs/heads/\($0)" } ?? name }
}

private func shortBranchName(_ name: String) -> String {
    name.hasPrefix("refs/heads/") ? String(name.dropFirst("refs/heads/".count)) : name
}

/// Whether a reference can have this name, by the rules of `git check-ref-format`.
private func isValidReferenceName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard !bytes.isEmpty, bytes.count <= 4096, name != "@", bytes.first != UInt8(ascii: "-") else { return false }
    let forbidden = Array(" ~^:?*[\\".utf8)
    guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F || forbidden.contains($0) }) else { return false }
    guard !name.contains(".."), !name.contains("@{"), !name.hasSuffix(".") else { return false }
    return bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty && part.first != UInt8(ascii: ".") && !part.reversed().starts(with: Array("kcol.".utf8))
    }
}
