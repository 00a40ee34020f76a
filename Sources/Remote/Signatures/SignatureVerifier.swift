public import GitProtocol
public import GitStore
public import Posix

/// Checks that a commit, or the tag that names it, was signed by somebody who may.
///
/// The files that say who may are read again for each check. The signatures are judged by `ssh-keygen` and `gpgv`.
public struct SignatureVerifier: Sendable {
    /// What must be signed.
    public enum Subject: Sendable, Equatable {
        /// The commit that is to be published.
        case commit
        /// The annotated tag that was asked for.
        case tag
    }

    /// Who signed, for people.
    public struct Signer: Sendable, Equatable {
        /// The principal of the allowed signers, or the user of the GPG key.
        public let name: String
        /// The fingerprint of the key.
        public let key: String
    }

    let subject: Subject
    let allowedSignersFile: String?
    let keyringFile: String?
    let environment: Environment

    /// Says what must be signed, and where those stand who may.
    ///
    /// - Parameters:
    ///   - subject: what must be signed.
    ///   - allowedSignersFile: keys for ssh, in the format of ssh-keygen(1).
    ///   - keyringFile: keys for GPG, exported in binary or in armour.
    ///   - environment: what the programs get; it must hold no secret.
    public init(_ subject: Subject, allowedSignersFile: String?, keyringFile: String?, environment: Environment) {
        self.subject = subject
        self.allowedSignersFile = allowedSignersFile
        self.keyringFile = keyringFile
        self.environment = environment
    }

    /// Checks what a name was found to stand for.
    ///
    /// - Parameters:
    ///   - found: what the remote said; its object must be in the store.
    ///   - commit: the commit that is to be published.
    ///   - store: where both are.
    ///   - deadline: when the programs must be done.
    /// - Returns: who signed.
    /// - Throws: when nobody who may signed it, or when that cannot be found out.
    @discardableResult
    public func verify(
        _ found: ResolvedReference, commit: ObjectID, in store: ObjectStore, _ deadline: Deadline
    ) throws(SignatureError) -> Signer {
        switch subject {
        case .commit:
            let operation = "verify the signature of commit \(commit)"
            let object = try read(commit, .commit, store, operation)
            return try verify(SignedObject(commit: object), "commit \(commit)", operation, store, deadline)
        case .tag:
            let operation = "verify the signature of \(found.name)"
            return try verifyTag(found, commit, operation, store, deadline)
        }
    }

    private func verifyTag(
        _ found: ResolvedReference, _ commit: ObjectID, _ operation: String, _ store: ObjectStore, _ deadline: Deadline
    ) throws(SignatureError) -> Signer {
        let kind = try attempt(operation) { () throws(GitError) in try store.kind(of: found.id) }
        guard kind == .tag else {
            throw SignatureError(
                rejected: operation, "it is no annotated tag, but a \(kind)",
                hint: "--verify-signatures=tag needs a --ref that names a tag made with 'git tag -s'")
        }
        let tag = SignedObject(tag: try read(found.id, .tag, store, operation))
        // A tag that was signed under one name, and maybe withdrawn, must not come back under another.
        if found.name.hasPrefix("refs/tags/"), let name = tag.tagName, name != found.name.dropFirst("refs/tags/".count)
        {
            let shown = printableText(Array(name.utf8).span, limit: 200)
            throw SignatureError(
                rejected: operation, "the tag object was signed under another name, \(shown)")
        }
        guard try attempt(operation, { () throws(GitError) in try store.peel(found.id) }) == commit else {
            throw SignatureError(rejected: operation, "the tag does not name commit \(commit)")
        }
        return try verify(tag, "tag \(found.name)", operation, store, deadline)
    }

    private func verify(
        _ object: SignedObject, _ name: String, _ operation: String, _ store: ObjectStore, _ deadline: Deadline
    ) throws(SignatureError) -> Signer {
        guard object.signatureCount > 0 else {
            throw SignatureError(rejected: operation, "\(name) is not signed")
        }
        guard object.signatureCount == 1 else {
            throw SignatureError(rejected: operation, "\(name) has more than one signature")
        }
        let work = try SignatureWork(self, object, operation: operation, name: name, in: store.path, deadline)
        defer { work.remove() }
        switch object.format {
        case .ssh:
            guard let allowedSignersFile else {
                throw SignatureError(
                    rejected: operation, "\(name) is signed with an ssh key",
                    hint: "--allowed-signers-file says which ones may")
            }
            return try work.verifySSH(allowedSignersFile)
        case .openPGP:
            guard let keyringFile else {
                throw SignatureError(
                    rejected: operation, "\(name) is signed with a GPG key",
                    hint: "--gpg-keyring-file says which ones may")
            }
            return try work.verifyOpenPGP(keyringFile)
        case .other:
            throw SignatureError(
                rejected: operation, "\(name) has a signature of an unknown kind",
                hint: "those of ssh and GPG are understood")
        }
    }

    private func read(
        _ id: ObjectID, _ kind: ObjectKind, _ store: ObjectStore, _ operation: String
    ) throws(SignatureError) -> [UInt8] {
        try attempt(operation) { () throws(GitError) in
            try store.withObject(id) { (found, bytes) throws(GitError) in
                guard found == kind else {
                    throw GitError(code: .wrongKind, operation: "read \(kind) \(id)", message: "it is a \(found)")
                }
                return bytes.indices.map { bytes[$0] }
            }
        }
    }

    private func attempt<Result>(
        _ operation: String, _ body: () throws(GitError) -> Result
    ) throws(SignatureError) -> Result {
        do {
            return try body()
        } catch {
            throw SignatureError(unable: operation, "\(error)")
        }
    }
}
