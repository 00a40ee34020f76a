import HTTPClient
import Posix
import TestSupport
import Testing

@testable import Remote

@Suite("Credentials that are rejected, replaced or damaged", .scratch, .timeLimit(.minutes(1)))
struct RejectionTests {
    private func statuses(_ git: GitHTTPServer) throws -> [Int] { try git.exchanges().map(\.status) }

    @Test("a rejected credential is sent once per attempt")
    func once() throws {
        try withPrivateRepository(users: ["deploy": "right"]) { git, way, store in
            let rule = CredentialRules.Rule(
                prefix: try RemoteURL(parsing: git.url("")), username: "deploy", password: .value(Secret("wrong")))
            let remote = try way.with { $0.credentials = CredentialRules([rule]) }.remote("app.git")
            for attempt in 1...3 {
                #expect(throws: RemoteError.self) { try remote.sync("main", depth: 1, into: store) }
                #expect(try statuses(git) == Array(repeating: 401, count: attempt))
            }
        }
    }

    @Test("a service that has another credential is asked for it once, and no more")
    func another() throws {
        try withPrivateRepository(users: ["deploy": "right"]) { git, way, store in
            let url = try RemoteURL(parsing: git.url("app.git"))
            func remote(_ service: StagedService) throws -> RemoteRepository {
                try way.with { $0.credentials = CredentialRules([.init(service, for: url)]) }.remote("app.git")
            }
            try remote(StagedService(["old", "right"], renews: true)).sync("main", depth: 1, into: store)
            #expect(try statuses(git).prefix(2) == [401, 200])
            let before = try statuses(git).count
            #expect(throws: RemoteError.self) {
                try remote(StagedService(["old", "older", "right"], renews: true)).sync("main", depth: 1, into: store)
            }
            #expect(try statuses(git).dropFirst(before) == [401, 401])
            #expect(throws: RemoteError.self) {
                try remote(StagedService(["old", "right"], renews: false)).sync("main", depth: 1, into: store)
            }
            #expect(try statuses(git).dropFirst(before) == [401, 401, 401])
        }
    }

    @Test(
        "a password file that is replaced counts at the next attempt; an empty or missing one fails that attempt only")
    func rotation() throws {
        try withPrivateRepository(users: ["deploy": "new"]) { git, way, store in
            let file = "\(Scratch.directory)/password"
            let rule = CredentialRules.Rule(
                prefix: try RemoteURL(parsing: git.url("")), username: "deploy", password: .file(file))
            let remote = try way.with { $0.credentials = CredentialRules([rule]) }.remote("app.git")
            func attempt() -> String? {
                do {
                    try remote.sync("main", depth: 1, into: store)
                    return nil
                } catch {
                    return "\(error)"
                }
            }
            #expect(attempt() == "cannot read the password file \(file): no such file or directory")
            try TestFiles.write("", to: file)
            #expect(attempt() == "cannot read the password file \(file): it is empty")
            #expect(try statuses(git).isEmpty)
            try TestFiles.write("old\n", to: file)
            #expect(attempt()?.contains("the server rejected the credential of deploy (401)") == true)
            try TestFiles.write("new\n", to: file)
            #expect(attempt() == nil)
        }
    }
}
