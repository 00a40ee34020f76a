import GitObjects
import GitStore
import Posix
import TestSupport
import Testing

@testable import Remote

@Suite("Key files for ssh", .scratch, .timeLimit(.minutes(1)))
struct KeyFileTests {
    private func attempt(_ change: (inout SSHSettings) throws -> Void) throws -> String? {
        try GitFixture(at: "\(Scratch.directory)/served/app.git").commit(["a": "1\n"])
        return try withGitSSHServer(serving: "\(Scratch.directory)/served") { server in
            let way = try TransportUse.direct.with { try change(&$0.ssh) }
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            do {
                try way.remote(server.url("app.git")).sync("main", depth: 1, into: store)
                return nil
            } catch {
                return "\(error)"
            }
        }
    }

    @Test("several keys are offered in order until one is taken")
    func several() throws {
        let problem = try attempt {
            $0.keyFiles = ["/nowhere/key", try GitSSHServer.foreignKeyPath(), try GitSSHServer.clientKeyPath()]
        }
        #expect(problem == nil)
    }

    @Test("a default key that is missing is as none; one that somebody named is missed")
    func missing() throws {
        let silent = try attempt {
            $0.keyFiles = ["/nowhere/key"]
            $0.keysMayBeMissing = true
        }
        #expect(silent?.contains("the server asks for a key and none is configured") == true)
        let loud = try attempt { $0.keyFiles = ["/nowhere/key"] }
        #expect(loud?.contains("/nowhere/key not accessible") == true)
    }

    @Test("a key that is replaced counts at the next connection")
    func rotation() throws {
        let file = "\(Scratch.directory)/key"
        let settings = SSHSettings(keyFiles: [file], hostKeys: .unchecked, environment: [:])
        try TestFiles.write(try TestFiles.read(try GitSSHServer.foreignKeyPath()), to: file, mode: 0o400)
        #expect(try attempt { $0.keyFiles = settings.keyFiles }?.contains("rejected our key") == true)
        try TestFiles.remove(file)
        try TestFiles.write(try TestFiles.read(try GitSSHServer.clientKeyPath()), to: file, mode: 0o400)
        #expect(try attempt { $0.keyFiles = settings.keyFiles } == nil)
    }

    @Test(
        "a key that its group can read is used when another user owns it, as with fsGroup",
        .enabled(if: ThisProcess.isRoot))
    func groupReadable() throws {
        let directory = try TestFiles.makeTemporaryDirectory("/tmp/git-sidecar-key")
        defer { try? TestFiles.remove(directory) }
        let key = "\(directory)/key"
        try TestFiles.write(try TestFiles.read(try GitSSHServer.clientKeyPath()), to: key, mode: 0o440)
        try runProgram(["chmod", "755", directory]).succeeded()
        try runProgram(["chgrp", "65534", key]).succeeded()
        // Whether ssh would use the key is asked of the program with the same check.
        func isUsed() throws -> Bool {
            let user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
            return try runProgram(user + ["ssh-keygen", "-y", "-f", key]).status == 0
        }
        #expect(try isUsed())
        try runProgram(["chown", "65534", key]).succeeded()
        #expect(try !isUsed())
    }

    @Test("a file of known hosts that is missing is named in the hint")
    func knownHosts() throws {
        let problem = try attempt {
            $0.hostKeys = .knownHosts(file: "/nowhere/known_hosts")
            $0.keyFiles = [try GitSSHServer.clientKeyPath()]
        }
        #expect(problem?.contains("/nowhere/known_hosts has none for it; there is no such file yet: when that") == true)
    }
}

extension ThisProcess {
    /// Whether other users' identities can be taken on.
    static var isRoot: Bool { (try? runProgram(["id", "-u"]).output) == "0" }
}
