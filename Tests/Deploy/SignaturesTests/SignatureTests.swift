import GitObjects
import GitProtocol
import GitStore
import HTTPClient
import Posix
import Releases
import Remote
import Staging
import Telemetry
import TestSupport
import Testing

@testable import Signatures

/// A repository in which real git signs, with keys that go with the test.
final class SigningRepository {
    let path: String
    private let home: String
    private let environment: [String: String]

    init() throws {
        path = "\(Scratch.directory)/work"
        home = "\(Scratch.directory)/gnupg"
        environment = try hermeticEnvironment(adding: ["GNUPGHOME": home])
        try TestFiles.makeDirectory(home)
        try Files.setPermissions(home, 0o700)
        try git("init", "-q", "-b", "main", path)
    }

    deinit {
        // The agent that gpg started; a test that never used gpg has none.
        _ = try? runProgram(["gpgconf", "--homedir", home, "--kill", "all"])
    }

    @discardableResult
    func run(_ command: [String]) throws -> String {
        try runProgram(command, environment: environment, directory: Scratch.directory).succeeded().output
    }

    @discardableResult
    func git(_ arguments: String...) throws -> String {
        try run(["git"] + (arguments.first == "init" ? [] : ["-C", path]) + arguments)
    }

    /// Makes an ssh key, has git sign with it, and returns its public half.
    @discardableResult
    func useSSH(_ name: String) throws -> String {
        let key = "\(Scratch.directory)/\(name)"
        if !TestFiles.exists(key) { try run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]) }
        try git("config", "gpg.format", "ssh")
        try git("config", "user.signingkey", key)
        return try TestFiles.text(key + ".pub").trimmed
    }

    /// Makes a GPG key, has git sign with it, and returns its fingerprint; `time` is when gpg believes to live.
    @discardableResult
    func useGPG(_ name: String, expires: String = "never", time: String? = nil) throws -> String {
        let wrapper = "\(Scratch.directory)/gpg-\(name)"
        let faked = time.map { "--faked-system-time \($0)!" } ?? ""
        try TestFiles.write("#!/bin/sh\nexec gpg --batch \(faked) \"$@\"\n", to: wrapper, mode: 0o755)
        try run([
            wrapper, "-q", "--passphrase", "", "--quick-gen-key", "\(name) <\(name)@example.com>", "ed25519", "sign",
            expires,
        ])
        let list = try run([wrapper, "--with-colons", "--list-keys", "\(name)@example.com"])
        let line = try #require(list.split(separator: "\n").first { $0.hasPrefix("fpr:") })
        let fingerprint = String(try #require(line.split(separator: ":").last))
        try git("config", "gpg.format", "openpgp")
        try git("config", "gpg.program", wrapper)
        try git("config", "user.signingkey", fingerprint)
        return fingerprint
    }

    /// Exports public keys into a keyring, in binary or in armour.
    func keyring(_ names: String..., armour: Bool = false) throws -> String {
        let file = "\(Scratch.directory)/keyring-\(names.joined())"
        try run(
            ["gpg", "--batch", "--yes", "-q"] + (armour ? ["--armor"] : []) + ["-o", file, "--export"]
                + names.map { "\($0)@example.com" })
        return file
    }

    func revoke(_ fingerprint: String) throws {
        // The colon keeps people from revoking by accident.
        let certificate = try TestFiles.text("\(home)/openpgp-revocs.d/\(fingerprint).rev").replacing(
            ":-----BEGIN", with: "-----BEGIN")
        try TestFiles.write(certificate, to: "\(Scratch.directory)/revocation")
        try run(["gpg", "--batch", "-q", "--import", "\(Scratch.directory)/revocation"])
    }

    @discardableResult
    func commit(_ message: String = "change\n\nwith a body", signed: Bool = true) throws -> String {
        try git("commit", "-q", "--allow-empty", signed ? "-S" : "--no-gpg-sign", "-m", message)
        return try git("rev-parse", "HEAD")
    }
}

extension String {
    fileprivate var trimmed: String { split(whereSeparator: \.isNewline).joined() }
}

@Suite("Signatures", .scratch, .timeLimit(.minutes(2)))
struct SignatureTests {
    private var signers: String { "\(Scratch.directory)/allowed" }

    /// Fetches a name as an attempt does and verifies it; the text is of the error, or of the signer.
    private func verify(
        _ repository: SigningRepository, _ subject: SignatureVerifier.Subject = .commit, ref: String = "main",
        signers: String? = nil, keyring: String? = nil, environment: Environment = .current(removing: [])
    ) throws -> (text: String, isRejection: Bool?) {
        let store = try ObjectStore.open("\(Scratch.directory)/store")
        try GitLibrary.start()
        let environmentOfSSH = Environment.current(removing: [])
        let remote = try RemoteRepository(
            RemoteURL(parsing: repository.path),
            RemoteSettings(
                credentials: CredentialRules([]), http: HTTPConfiguration(userAgent: "git-sidecar/test"),
                ssh: SSHSettings(hostKeys: .unchecked, environment: environmentOfSSH), logger: .silent))
        let deadline = Deadline.after(.seconds(60))
        let jobs = try LocalJobs.over(store)
        let destination = jobs.destination(.root)
        let found = try remote.resolve(RefQuery(ref), deadline)
        let commit = try remote.fetch(found, FetchScope(depth: 1), into: destination, deadline).commit
        let verifier = SignatureVerifier(
            subject, allowedSignersFile: signers, keyringFile: keyring, environment: environment)
        let chain = try jobs.run(ReadObjects(id: found.id, limit: 1 << 20), deadline)
        defer { #expect(!TestFiles.exists("\(Scratch.directory)/git-sidecar-signature")) }
        do {
            let signer = try verifier.verify(found, commit: commit, chain, in: Scratch.directory, deadline)
            return ("\(signer.name) \(signer.key)", nil)
        } catch {
            return (error.description, error.isRejection)
        }
    }

    private func fingerprint(_ repository: SigningRepository, _ name: String) throws -> String {
        String(
            try repository.run(["ssh-keygen", "-l", "-f", "\(Scratch.directory)/\(name).pub"]).split(separator: " ")[1])
    }

    @Test("a commit signed with an allowed ssh key passes; the same commit with a byte changed does not")
    func ssh() throws {
        let repository = try SigningRepository()
        let key = try repository.useSSH("key")
        try repository.commit("Grüße\n\ngpgsig is a word here\n gpgsig there\n\n-----BEGIN SSH SIGNATURE-----\n")
        try TestFiles.write("me@example.com,you@example.com \(key)\n", to: signers)
        let result = try verify(repository, signers: signers)
        #expect(result.text == "me@example.com \(try fingerprint(repository, "key"))")

        let raw = try repository.git("cat-file", "commit", "HEAD").replacing("Grüße", with: "Grusse")
        try TestFiles.write(raw, to: "\(Scratch.directory)/raw")
        let forged = try repository.git("hash-object", "-t", "commit", "-w", "\(Scratch.directory)/raw")
        try repository.git("update-ref", "refs/heads/forged", forged)
        let bad = try verify(repository, ref: "forged", signers: signers)
        let words = "cannot verify the signature of commit \(forged): commit \(forged) has a bad signature: "
        #expect(bad.text.hasPrefix(words + "Signature verification failed: incorrect signature"))
        #expect(bad.isRejection == true)
    }

    @Test("merges, encodings and other headers of commits do not disturb")
    func headers() throws {
        let repository = try SigningRepository()
        try TestFiles.write("me \(try repository.useSSH("key"))\n", to: signers)
        try repository.commit()
        try repository.git("checkout", "-q", "-b", "side", "HEAD")
        try repository.git("tag", "-s", "-m", "signed", "inside")
        try repository.commit("side")
        try repository.git("tag", "-s", "-m", "signed", "v1")
        try repository.git("checkout", "-q", "main")
        try repository.commit("main")
        // Merging a signed tag puts its object, with its signature, into a header of the merge.
        try repository.git("-c", "i18n.commitEncoding=ISO-8859-1", "merge", "-q", "--no-ff", "-S", "-m", "merge", "v1")
        #expect(try repository.git("cat-file", "commit", "HEAD").contains("mergetag "))
        #expect(try verify(repository, signers: signers).isRejection == nil)
    }

    @Test("unsigned commits and tags say so")
    func unsigned() throws {
        let repository = try SigningRepository()
        let commit = try repository.commit(signed: false)
        try repository.git("tag", "-a", "-m", "unsigned", "v1")
        try TestFiles.write("", to: signers)
        let first = try verify(repository, signers: signers)
        #expect(first.text == "cannot verify the signature of commit \(commit): commit \(commit) is not signed")
        #expect(first.isRejection == true)
        let second = try verify(repository, .tag, ref: "v1", signers: signers)
        #expect(second.text == "cannot verify the signature of refs/tags/v1: tag refs/tags/v1 is not signed")
        let third = try verify(repository, .tag, ref: "main", signers: signers)
        #expect(
            third.text == """
                cannot verify the signature of refs/heads/main: it is no annotated tag, but a commit; \
                --verify-signatures=tag needs a --ref that names a tag made with 'git tag -s'
                """)
    }

    @Test("ssh keys that are unknown, retired, too new or for other things may not sign")
    func sshRefusals() throws {
        let repository = try SigningRepository()
        let other = try repository.useSSH("other")
        let key = try repository.useSSH("key")
        let commit = try repository.commit()
        let name = try fingerprint(repository, "key")
        func text(_ line: String) throws -> String {
            try TestFiles.write(line + "\n", to: signers)
            let result = try verify(repository, signers: signers)
            if result.isRejection == nil { return result.text }
            #expect(result.isRejection == true)
            return String(
                result.text.dropFirst("cannot verify the signature of commit \(commit): commit \(commit) ".count))
        }
        #expect(
            try text("me \(other)") == "is signed by an unknown key \(name); \(signers) has no signer with that key")
        #expect(try text("") == "is signed by an unknown key \(name); \(signers) has no signer with that key")
        let expired = try text(#"me valid-before="20010101" \#(key)"#)
        #expect(expired.hasPrefix("is signed by a key that may not sign, \(name): \(signers) line 1: key has expired"))
        let early = try text(#"me valid-after="20990101" \#(key)"#)
        #expect(
            early.hasPrefix("is signed by a key that may not sign, \(name): \(signers) line 1: key is not yet valid"))
        #expect(
            try text(#"me namespaces="file" \#(key)"#) == """
                is signed by a key that may not sign, \(name): \(signers) line 1: key is not permitted for use in signature \
                namespace "git"
                """)
        #expect(
            try text(#"me namespaces="git",valid-after="20010101",valid-before="20990101" \#(key)"#) == "me \(name)")
    }

    @Test("an ssh signature for another purpose does not count")
    func namespace() throws {
        let repository = try SigningRepository()
        let key = try repository.useSSH("key")
        try TestFiles.write("me \(key)\n", to: signers)
        try repository.commit(signed: false)
        let raw = try repository.git("cat-file", "commit", "HEAD") + "\n"
        let payload = "\(Scratch.directory)/payload"
        try TestFiles.write(raw, to: payload)
        try repository.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", "\(Scratch.directory)/key", payload])
        let armour = try TestFiles.text(payload + ".sig").split(separator: "\n").joined(separator: "\n ")
        let end = try #require(raw.firstRange(of: "\n\n")).lowerBound
        try TestFiles.write("\(raw[..<end])\ngpgsig \(armour)\(raw[end...])", to: "\(Scratch.directory)/raw")
        let forged = try repository.git("hash-object", "-t", "commit", "-w", "\(Scratch.directory)/raw")
        try repository.git("update-ref", "refs/heads/main", forged)
        let result = try verify(repository, signers: signers)
        #expect(result.text.contains("has a bad signature") && result.text.contains("namespace does not match"))
    }

    @Test("a commit with two signatures is refused: a good one must not cover for another")
    func twice() throws {
        let repository = try SigningRepository()
        try TestFiles.write("me \(try repository.useSSH("key"))\n", to: signers)
        try repository.commit()
        let raw = try repository.git("cat-file", "commit", "HEAD") + "\n"
        let twice = raw.replacing("\ngpgsig ", with: "\ngpgsig nothing\ngpgsig ")
        try TestFiles.write(twice, to: "\(Scratch.directory)/raw")
        let forged = try repository.git("hash-object", "-t", "commit", "-w", "--literally", "\(Scratch.directory)/raw")
        try repository.git("update-ref", "refs/heads/main", forged)
        #expect(try verify(repository, signers: signers).text.hasSuffix("has more than one signature"))
    }

    @Test("a tag signed with an allowed ssh key passes under its own name only")
    func tag() throws {
        let repository = try SigningRepository()
        let key = try repository.useSSH("key")
        try TestFiles.write("me \(key)\n", to: signers)
        try repository.commit(signed: false)
        try repository.git("tag", "-s", "-m", "a tag\n\nwith a body", "v1")
        #expect(
            try verify(repository, .tag, ref: "v1", signers: signers).text == "me \(try fingerprint(repository, "key"))"
        )
        #expect(try verify(repository, .tag, ref: "refs/tags/v1", signers: signers).isRejection == nil)
        try repository.git("update-ref", "refs/tags/v2", try repository.git("rev-parse", "v1"))
        let renamed = try verify(repository, .tag, ref: "v2", signers: signers)
        #expect(
            renamed.text == """
                cannot verify the signature of refs/tags/v2: the tag object was signed under another name, v1
                """)
        try repository.git("tag", "light")
        #expect(try verify(repository, .tag, ref: "light", signers: signers).isRejection == true)
    }

    @Test("files that say who may sign are read each time, and a missing file or program is no verdict on the commit")
    func unavailable() throws {
        let repository = try SigningRepository()
        let key = try repository.useSSH("key")
        let commit = try repository.commit()
        let missing = try verify(repository, signers: signers)
        #expect(missing.isRejection == false)
        #expect(
            missing.text == """
                cannot verify the signature of commit \(commit): cannot open \(signers): no such file or directory
                """)
        try TestFiles.write("me \(key)\n", to: signers)
        #expect(try verify(repository, signers: signers).isRejection == nil)
        let noProgram = try verify(repository, signers: signers, environment: ["PATH": "/nowhere"])
        #expect(noProgram.isRejection == false)
        #expect(noProgram.text.hasSuffix("; install the package openssh-client"))
        let wrongKind = try verify(repository, keyring: signers)
        #expect(wrongKind.text.hasSuffix("is signed with an ssh key; --allowed-signers-file says which ones may"))
    }

    @Test(
        "a commit and a tag signed with a GPG key of the keyring pass, be that in binary or armour",
        arguments: [false, true])
    func gpg(armour: Bool) throws {
        let repository = try SigningRepository()
        let key = try repository.useGPG("alice")
        try repository.commit()
        try repository.git("tag", "-s", "-m", "a tag", "v1")
        let keyring = try repository.keyring("alice", armour: armour)
        #expect(try verify(repository, keyring: keyring).text == "alice <alice@example.com> \(key)")
        #expect(try verify(repository, .tag, ref: "v1", keyring: keyring).text == "alice <alice@example.com> \(key)")
        #expect(try verify(repository, signers: signers).text.hasSuffix("--gpg-keyring-file says which ones may"))
    }

    @Test("GPG keys that are unknown, revoked or expired may not sign, nor for another commit")
    func gpgRefusals() throws {
        let repository = try SigningRepository()
        try repository.useGPG("bob")
        let key = try repository.useGPG("alice")
        let commit = try repository.commit()
        func text(_ keyring: String, ref: String = "main") throws -> String {
            let result = try verify(repository, ref: ref, keyring: keyring)
            #expect(result.isRejection == true)
            return result.text
        }
        let prefix = "cannot verify the signature of commit \(commit): commit \(commit)"
        let stranger = try repository.keyring("bob")
        #expect(try text(stranger).hasPrefix("\(prefix) is signed by an unknown key "))
        #expect(try text(stranger).hasSuffix("; \(stranger) has no such key"))

        let raw = try repository.git("cat-file", "commit", "HEAD").replacing("change", with: "danger")
        try TestFiles.write(raw, to: "\(Scratch.directory)/raw")
        let forged = try repository.git("hash-object", "-t", "commit", "-w", "\(Scratch.directory)/raw")
        try repository.git("update-ref", "refs/heads/forged", forged)
        #expect(try text(try repository.keyring("alice"), ref: "forged").contains("has a bad signature by key "))

        try repository.revoke(key)
        #expect(try text(try repository.keyring("alice")) == "\(prefix) is signed by a revoked key \(key)")

        let old = try repository.useGPG("carol", expires: "1d", time: "20200101T000000")
        let late = try repository.commit()
        let expired = try text(try repository.keyring("carol"))
        #expect(
            expired
                == "cannot verify the signature of commit \(late): commit \(late) is signed by an expired key \(old)")
    }
}
