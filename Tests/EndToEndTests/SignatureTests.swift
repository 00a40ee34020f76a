import Posix
import TestSupport
import Testing

@Suite("--verify-signatures", .endToEnd, .timeLimit(.minutes(5)))
struct SignatureTests {
    /// Whether gpg can sign here and gpgv can verify.
    private static let hasGPG =
        (try? runProgram(["sh", "-c", "command -v gpg && command -v gpgv && command -v gpg-agent"]).status) == 0

    private static let failed = "sync failed; what is live stays"

    /// Commits a text on main, signed by what `settings` say, or not at all.
    @discardableResult
    private func commit(_ site: Site, _ text: String, signing settings: [String]?) throws -> String {
        try site.repository.commit(["file": .text(text)], to: "draft")
        let parents = try site.repository.tip(of: "main").map { ["-p", $0] } ?? []
        let sign = settings == nil ? [] : ["-S"]
        let commit = try site.repository.git(
            configured(settings) + ["commit-tree"] + sign + parents + ["-m", text, "draft^{tree}"])
        try site.repository.git("update-ref", "refs/heads/main", commit)
        return commit
    }

    private func configured(_ settings: [String]?) -> [String] { (settings ?? []).flatMap { ["-c", $0] } }

    private func ssh(_ key: String) -> [String] { ["gpg.format=ssh", "user.signingkey=\(key)"] }

    private func allow(_ keys: [String], in file: String) throws {
        let lines = try keys.map { "author@example.com namespaces=\"git\" \(try TestFiles.text($0 + ".pub"))" }
        try TestFiles.write(lines.joined(), to: file)
    }

    @Test("a commit signed with a known ssh key goes live, another never does, and a key that is added counts at once")
    func sshCommit() throws {
        let site = try Site([:])
        let (known, unknown) = (try GitSSHServer.clientKeyPath(), try GitSSHServer.foreignKeyPath())
        let signers = site.path("signers")
        try allow([known], in: signers)
        let good = try commit(site, "good", signing: ssh(known))
        let sidecar = try site.start(
            "--verify-signatures=commit", "--allowed-signers-file=\(signers)", "--max-backoff=50ms")
        try site.waitUntilLive(good)
        #expect(try sidecar.waitFor("signature verified")["signer"]?.contains("author@example.com") == true)
        try commit(site, "unsigned", signing: nil)
        let unsigned = try sidecar.waitFor(Self.failed)
        #expect(unsigned["stage"] == "verify")
        #expect(unsigned.error?.contains("not signed") == true, "\(unsigned)")
        let foreign = try commit(site, "foreign", signing: ssh(unknown))
        try waitUntil("the unknown key is named") {
            sidecar.log.with(Self.failed).last?.error?.contains(foreign.prefix(7)) == true
        }
        #expect(site.live == good)
        #expect(site.read("file") == "good")
        try allow([known, unknown], in: signers)
        try site.waitUntilLive(foreign)
        #expect(try sidecar.stop() == 0)
    }

    @Test("a tag must be signed where tags are asked for")
    func sshTag() throws {
        let site = try Site()
        let key = try GitSSHServer.clientKeyPath()
        try allow([key], in: site.path("signers"))
        let parameters = [
            "--ref=v1", "--verify-signatures=tag", "--allowed-signers-file=\(site.path("signers"))",
        ]
        try site.repository.git(configured(ssh(key)) + ["tag", "-s", "-m", "release", "v1", "main"])
        #expect(try site.sync(parameters).status == 0)
        let good = try site.tip
        #expect(site.live == good)
        try site.repository.commit(["file": "two"])
        try site.repository.tag("v1", annotated: true)
        let run = try site.sync(parameters)
        #expect(run.status == 1)
        #expect(run.log.compactMap(\.error).last?.contains("not signed") == true)
        #expect(site.live == good)
    }

    @Test("a commit signed with a gpg key of the keyring goes live, and no other", .enabled(if: hasGPG, "needs gpg"))
    func gpgCommit() throws {
        let site = try Site([:])
        let home = site.path("gnupg")
        try TestFiles.makeDirectory(home)
        try Files.setPermissions(home, 0o700)
        defer { _ = try? runProgram(["gpgconf", "--homedir", home, "--kill", "all"]) }
        let program = try site.script("gpg", "exec gpg --homedir \(home) --batch --quiet \"$@\"")
        for name in ["trusted", "stranger"] {
            try runProgram([
                program, "--passphrase", "", "--quick-gen-key", "\(name)@example.com", "ed25519", "sign", "never",
            ]).succeeded()
        }
        let keyring = site.path("keyring")
        try runProgram([program, "--output", keyring, "--export", "trusted@example.com"]).succeeded()
        func settings(_ name: String) -> [String] { ["gpg.program=\(program)", "user.signingkey=\(name)@example.com"] }
        let parameters = ["--verify-signatures=commit", "--gpg-keyring-file=\(keyring)"]
        let good = try commit(site, "good", signing: settings("trusted"))
        #expect(try site.sync(parameters).status == 0)
        #expect(site.live == good)
        try commit(site, "foreign", signing: settings("stranger"))
        let run = try site.sync(parameters)
        #expect(run.status == 1)
        #expect(run.log.last { $0.error != nil }?["stage"] == "verify")
        #expect(site.live == good)
    }
}
