internal import Crypto
public import GitObjects
public import GitProtocol
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
    /// The objects come from where foreign data are read: none is believed to be what it is asked for before its bytes
    /// give its name.
    ///
    /// - Parameters:
    ///   - found: what the remote said.
    ///   - commit: the commit that is to be published.
    ///   - chain: the object at the reference, what it names where it is a tag, and so on to the commit.
    ///   - directory: where the programs' files may lie for a moment; nobody else may write there.
    ///   - deadline: when the programs must be done.
    /// - Returns: who signed.
    /// - Throws: when nobody who may signed it, or when that cannot be found out.
    @discardableResult
    public func verify(
        _ found: ResolvedReference, commit: ObjectID, _ chain: [ObjectBytes], in directory: String, _ deadline: Deadline
    ) throws(SignatureError) -> Signer {
        switch subject {
        case .commit:
            let operation = "verify the signature of commit \(commit)"
            guard let object = chain.last, object.kind == .commit, object.id == commit else {
                throw SignatureError(unable: operation, "what was read of it is not that commit")
            }
            return try verify(SignedObject(commit: object.bytes), "commit \(commit)", operation, directory, deadline)
        case .tag:
            let operation = "verify the signature of \(found.name)"
            return try verifyTag(found, commit, chain, operation, directory, deadline)
        }
    }

    private func verifyTag(
        _ found: ResolvedReference, _ commit: ObjectID, _ chain: [ObjectBytes], _ operation: String,
        _ directory: String, _ deadline: Deadline
    ) throws(SignatureError) -> Signer {
        guard let object = chain.first, object.id == found.id else {
            throw SignatureError(unable: operation, "what was read of it is not the object \(found.id)")
        }
        guard object.kind == .tag else {
            throw SignatureError(
                rejected: operation, "it is no annotated tag, but a \(object.kind)",
                hint: "--verify-signatures=tag needs a --ref that names a tag made with 'git tag -s'")
        }
        let tag = SignedObject(tag: object.bytes)
        // A tag that was signed under one name, and maybe withdrawn, must not come back under another.
        if found.name.hasPrefix("refs/tags/"), let name = tag.tagName, name != found.name.dropFirst("refs/tags/".count)
        {
            let shown = printableText(Array(name.utf8).span, limit: 200)
            throw SignatureError(
                rejected: operation, "the tag object was signed under another name, \(shown)")
        }
        guard try leads(chain, to: commit, operation) else {
            throw SignatureError(rejected: operation, "the tag does not name commit \(commit)")
        }
        return try verify(tag, "tag \(found.name)", operation, directory, deadline)
    }

    /// Whether each object names the next one, and the last is the commit.
    private func leads(
        _ chain: [ObjectBytes], to commit: ObjectID, _ operation: String
    ) throws(SignatureError) -> Bool {
        for (tag, next) in zip(chain, chain.dropFirst()) {
            do throws(MalformedObject) {
                guard tag.kind == .tag, let id = tag.id, try tagTarget(id, tag.bytes.span) == next.id else {
                    return false
                }
            } catch {
                throw SignatureError(unable: operation, "\(error)")
            }
        }
        return chain.last?.kind == .commit && chain.last?.id == commit
    }

    private func verify(
        _ object: SignedObject, _ name: String, _ operation: String, _ directory: String, _ deadline: Deadline
    ) throws(SignatureError) -> Signer {
        guard object.signatureCount > 0 else {
            throw SignatureError(rejected: operation, "\(name) is not signed")
        }
        guard object.signatureCount == 1 else {
            throw SignatureError(rejected: operation, "\(name) has more than one signature")
        }
        let work = try SignatureWork(self, object, operation: operation, name: name, in: directory, deadline)
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
}

extension ObjectBytes {
    /// The name that the bytes have.
    fileprivate var id: ObjectID? { ObjectID(bytes: SHA1.hash(hashed.span).span) }
}
