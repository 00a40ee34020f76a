import GitObjects
import GitProtocol
import GitStore
import Posix
import TestSupport
import Testing

@testable import Remote

@Suite("Polling", .scratch)
struct PollTests {
    private func served() throws -> (GitFixture, String) {
        let fixture = try GitFixture(at: "\(Scratch.directory)/served/app.git")
        try fixture.commit(["a": "1\n"])
        return (fixture, "\(Scratch.directory)/served")
    }

    @Test("a poll that finds nothing is one request on the connection of the one before", .timeLimit(.minutes(1)))
    func oneRequest() throws {
        let (_, root) = try served()
        try TransportCase.httpVersion2.open(serving: root) { way in
            let server = try #require(way.server)
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            let remote = try way.remote("app.git")
            try remote.sync("main", depth: 1, into: store)
            let before = try server.exchanges().count
            for _ in 1...20 { try remote.sync("main", depth: 1, into: store) }
            let polls = try server.exchanges().dropFirst(before)
            #expect(polls.count == 20)
            #expect(polls.allSatisfy { $0.method == "POST" && $0.target == "/app.git/git-upload-pack" })
            #expect(Set(polls.map(\.connection)).count == 1)
        }
    }

    @Test("a push costs one request more than a poll", .timeLimit(.minutes(1)))
    func oneMore() throws {
        let (fixture, root) = try served()
        try TransportCase.httpVersion2.open(serving: root) { way in
            let server = try #require(way.server)
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            let remote = try way.remote("app.git")
            try store.keep(remote.sync("main", depth: 1, into: store).commit)
            let before = try server.exchanges().count
            try fixture.commit(["a": "2\n"])
            try remote.sync("main", depth: 1, into: store)
            #expect(try server.exchanges().count == before + 2)
        }
    }

    @Test("an old server costs one request a poll as well", .timeLimit(.minutes(1)))
    func versionZero() throws {
        let (_, root) = try served()
        try TransportCase.httpVersion0.open(serving: root) { way in
            let server = try #require(way.server)
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            let remote = try way.remote("app.git")
            try remote.sync("main", depth: 1, into: store)
            let before = try server.exchanges().count
            for _ in 1...5 { try remote.sync("main", depth: 1, into: store) }
            let polls = try server.exchanges().dropFirst(before)
            #expect(polls.count == 5)
            #expect(polls.allSatisfy { $0.method == "GET" })
        }
    }
}
