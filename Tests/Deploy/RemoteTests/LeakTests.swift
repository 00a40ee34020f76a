import GitObjects
import GitProtocol
import GitStore
import Posix
import TestSupport
import Testing

@testable import Remote

@Suite("What attempts leave behind", .timeLimit(.minutes(3)))
struct LeakTests {
    @Test("polls over http leave no descriptor, thread, child or memory")
    func polls() async {
        await #expect(processExitsWith: .success) { try pollOften(.httpVersion2, times: 200) }
    }

    @Test("polls over ssh leave no descriptor, thread, child or memory")
    func pollsOverSSH() async {
        await #expect(processExitsWith: .success) { try pollOften(.sshVersion2, times: 20) }
    }

    @Test("polls of a repository on this machine leave no descriptor, thread, child or memory")
    func localPolls() async {
        await #expect(processExitsWith: .success) { try pollOften(.local, times: 400) }
    }

    @Test("attempts that fail leave no descriptor, thread, child or memory")
    func failures() async {
        await #expect(processExitsWith: .success) { try failOften() }
    }
}

/// Runs `body` with a directory, outside of the test's own scratch directory, which exit tests do not have.
private func withDirectory(_ body: (String) throws -> Void) throws {
    let directory = try TestFiles.makeTemporaryDirectory("/tmp/git-sidecar-leaks")
    defer { try? TestFiles.remove(directory) }
    try body(directory)
}

private func pollOften(_ road: TransportCase, times: Int) throws {
    try withDirectory { directory in
        try GitFixture(at: "\(directory)/served/app.git").commit(["a": "1\n"])
        try road.open(serving: "\(directory)/served", scratch: directory) { way in
            let store = try ObjectStore.open("\(directory)/store")
            let remote = try way.remote("app.git")
            // What the first polls make and later ones use.
            for _ in 1...3 { try remote.sync("main", depth: 1, into: store) }
            let before = try ProcessState.now()
            for _ in 1...times { try remote.sync("main", depth: 1, into: store) }
            try before.waitUntilNothingIsLeft()
            #expect(try ProcessState.now().residentBytes < before.residentBytes + 4 << 20)
        }
    }
}

private func failOften() throws {
    try withDirectory { directory in
        try GitFixture(at: "\(directory)/good.git").commit(["a": "1\n"])
        let tip = String(repeating: "1", count: 40)
        let header = Array("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, 9] + [UInt8](repeating: 7, count: 64)
        let script = Script(tip: tip, answer: Wire.packSection + Wire.band(header))
        try TestFiles.write("sleep 60 & wait", to: "\(directory)/wrapper")
        let wrapped = TransportUse.direct.with { $0.ssh.command = "sh \(directory)/wrapper" }
        let store = try ObjectStore.open("\(directory)/store")
        func attemptAll() throws {
            let server = try ScriptedServer(scripts: [[.staySilent]])
            defer { server.stop() }
            let limit = Duration.milliseconds(200)
            let silent = "127.0.0.1:\(server.port)/app.git"
            for (way, url) in [
                (TransportUse.direct, "http://\(silent)"), (.direct, "https://\(silent)"),
                (.direct, "ssh://git@\(silent)"),
                (wrapped, "ssh://git@host/app.git"), (.direct, "http://127.0.0.1:1/app.git"),
                (.direct, "file:///nowhere"),
            ] {
                #expect(throws: RemoteError.self) {
                    try way.remote(url).sync("main", depth: 1, into: store, within: limit)
                }
            }
        }
        func cutPack() throws {
            try script.play(on: .http) { way, url in
                _ = #expect(throws: RemoteError.self) { try way.remote(url).sync("main", depth: 1, into: store) }
            }
        }
        try attemptAll()
        try cutPack()
        try TransportUse.direct.remote("\(directory)/good.git").sync("main", depth: 1, into: store)
        let before = try ProcessState.now()
        for _ in 1...5 {
            try attemptAll()
            try cutPack()
        }
        try before.waitUntilNothingIsLeft(within: .seconds(10))
        #expect(try ProcessState.now().residentBytes < before.residentBytes + 8 << 20)
        #expect(try TestFiles.list("\(store.path)/objects/pack").allSatisfy { $0.hasPrefix("pack-") })
        try TransportUse.direct.remote("\(directory)/good.git").sync("main", depth: 1, into: store)
    }
}
