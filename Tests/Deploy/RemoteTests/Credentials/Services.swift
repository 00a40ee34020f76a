import GitObjects
import GitProtocol
import GitStore
import HTTPClient
import Posix
import TestSupport
import Testing

@testable import Remote

/// Collects how calls of a service ended.
final class Outcomes: Sendable {
    private let list = Locked<[CredentialOutcome]>([])

    var all: [CredentialOutcome] { list.withLock { $0 } }

    var observe: @Sendable (CredentialOutcome) -> Void {
        { outcome in self.list.withLock { $0.append(outcome) } }
    }
}

/// A service that gives out what a test tells it to.
final class StagedService: CredentialService {
    private let passwords: [String]
    private let renews: Bool
    private let position = Locked(0)

    init(_ passwords: [String], renews: Bool) {
        self.passwords = passwords
        self.renews = renews
    }

    func credential(_ deadline: Deadline) throws(RemoteError) -> Credential {
        let index = position.withLock { min($0, passwords.count - 1) }
        return Credential(username: "deploy", password: Secret(passwords[index]))
    }

    func isWorthAnother() -> Bool {
        position.withLock { $0 += 1 }
        return renews
    }

    func endAttempt() {}
}

let plainHTTP = HTTPConfiguration(userAgent: "git-sidecar/test")

/// Serves a repository with one commit to the user `deploy`, or another one.
func withPrivateRepository<Value>(
    users: [String: String], _ body: (GitHTTPServer, TransportUse, ObjectStore) throws -> Value
) throws -> Value {
    try GitFixture(at: "\(Scratch.directory)/served/app.git").commit(["a": "1\n"])
    return try withGitHTTPServer(serving: "\(Scratch.directory)/served", .init { $0.users = users }) { server in
        try body(
            server, TransportUse(server: server, address: { server.url($0) }),
            try ObjectStore.open("\(Scratch.directory)/store")
        )
    }
}

extension ScriptedServer {
    /// The address of something on it.
    func url(_ path: String, userInfo: String = "") -> String { "http://\(userInfo)127.0.0.1:\(port)\(path)" }
}

extension ScriptedServer.Step {
    /// An answer after which the connection ends.
    static func text(_ status: String, _ body: String, headers: [String] = []) -> [ScriptedServer.Step] {
        [.receiveHead, .answer(status, headers: headers + ["Connection: close"], body: Array(body.utf8))]
    }
}
