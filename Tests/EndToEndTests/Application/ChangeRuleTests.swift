import Posix
import TestSupport
import Testing

@Suite("Rules for changed paths", .endToEnd, .timeLimit(.minutes(3)))
struct ChangeRuleTests {
    private let site: Site

    init() throws {
        site = try Site(["app": "1", "README.md": "1", "conf/a": "1", "tls/b.pem": "1", "static/x": "1"])
    }

    private func rule(_ patterns: String, _ name: String) throws -> String {
        "--on-change=\(patterns)=exec:\(try site.script(name, "echo \(name) >> \(site.path("done"))"))"
    }

    /// What was done since the last call.
    private func done() throws -> [String] {
        let lines = site.text("done").split(separator: "\n").map { String($0) }
        try TestFiles.write("", to: site.path("done"))
        return lines
    }

    @Test("each action is done once and in the order of the rules, the default one for what no rule speaks of")
    func rules() throws {
        let name = uniqueName("r")
        let script = try site.script(
            name, "trap 'echo default >> \(site.path("done"))' HUP\nwhile :; do sleep 0.02; done")
        let program = try Application.start([script], directory: "/")
        defer { program.stop() }
        let touched = site.path("touched")
        let sidecar = try site.start(
            "--signal=HUP", "--signal-target=name:\(name)", "--health-command=grep -q default \(site.path("done"))",
            "--health-timeout=10s", "--rollback=off", "--on-change=*.md=none", try rule("*.pem,tls/", "tls"),
            try rule("conf/**", "conf"), "--on-change=static/=touch:\(touched)")
        try sidecar.waitUntilConfirmed(try site.tip)
        // All paths are new in the first release.
        #expect(try done() == ["tls", "conf", "default"])
        #expect(TestFiles.exists(touched))
        try Files.remove(touched)

        // What follows does not take the default action, so the check is fulfilled beforehand.
        try TestFiles.write("default\n", to: site.path("done"))
        _ = try site.deploy(["conf/a": "2", "conf/b": "2", "tls/b.pem": "2"], with: sidecar)
        #expect(try done() == ["default", "tls", "conf"])
        #expect(!TestFiles.exists(touched))

        try TestFiles.write("default\n", to: site.path("done"))
        _ = try site.deploy(["README.md": "2"], with: sidecar)
        #expect(try done() == ["default"])

        // A rename counts on both sides.
        _ = try site.deploy(["conf/b": .deleted, "b": "2"], with: sidecar)
        #expect(try done() == ["conf", "default"])
        #expect(program.isRunning)
        #expect(try sidecar.stop() == 0)
    }

    @Test("a submodule counts by what changed in it, and the default action is not needed where rules cover it")
    func submodule() throws {
        let library = try GitFixture(at: site.path("library.git"))
        let first = try library.commit(["code/a.c": "1", "notes.md": "1"])
        let modules = "[submodule \"sub\"]\n\tpath = lib/sub\n\turl = file://\(library.path)\n"
        try site.repository.commit([".gitmodules": .text(modules), "lib/sub": .submodule(first)])
        let sidecar = try site.start(
            "--on-change=*.md=none", try rule("lib/sub/code/*.c", "code"), try rule("lib/**", "lib"),
            try rule("*", "other"))
        try sidecar.waitUntilConfirmed(try site.tip)
        _ = try done()
        _ = try site.deploy(["lib/sub": .submodule(try library.commit(["code/a.c": "2"]))], with: sidecar)
        #expect(try done() == ["code", "lib", "other"])
        _ = try site.deploy(["lib/sub": .submodule(try library.commit(["notes.md": "2"]))], with: sidecar)
        #expect(try done() == ["lib", "other"])
        // A commit that changes nothing in it: only its directory as a whole is known to have changed.
        _ = try site.deploy(["lib/sub": .submodule(try library.commit([:], message: "empty"))], with: sidecar)
        #expect(try done() == ["lib", "other"])
        #expect(try sidecar.stop() == 0)
    }

    @Test("a rule for what lies in a submodule holds also where that is not checked out")
    func withoutSubmodules() throws {
        let first = String(repeating: "1", count: 40), second = String(repeating: "2", count: 40)
        try site.repository.commit(["lib/sub": .submodule(first)])
        let sidecar = try site.start(
            "--submodules=off", try rule("lib/sub/**", "sub"), "--reload-url=http://127.0.0.1:9/",
            "--health-timeout=200ms",
            "--rollback=off", "--max-failures=-1")
        try sidecar.waitFor("the application does not run the new release, which stays published")
        _ = try done()
        // The default action, which would fail, is not for this.
        let commit = try site.deploy(["lib/sub": .submodule(second)], with: sidecar)
        #expect(try done().contains("sub"))
        #expect(site.live == commit)
        #expect(try sidecar.stop() == 0)
    }
}
