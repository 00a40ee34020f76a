import Crypto
import Figures
import GitProtocol
import HTTPServer
import Posix
import Telemetry

@testable import Sidecar

/// What the forges send, in the shape that each of them gives it.
enum Forge: String, CaseIterable, Sendable {
    case github, gitea, forgejo, gogs, gitlab, bitbucket, bitbucketDataCenter

    /// A delivery about a branch of `https://example.com/team/app`, proved with a secret.
    func delivery(_ secret: String, branch: String = "main", id: String = "1", path: String = "team/app") -> Request {
        request(body(branch: branch, path: path), secret, event: pushEvent, id: id)
    }

    /// A delivery of any event and content, proved with a secret.
    func request(_ body: String, _ secret: String, event: String, id: String = "1") -> Request {
        let code = Hexadecimal.text(HMACSHA256.code(of: Array(body.utf8), key: Array(secret.utf8)))
        let headers: [HeaderField] =
            switch self {
            case .github:
                [
                    HeaderField("X-GitHub-Event", event), HeaderField("X-GitHub-Delivery", id),
                    // SHA-1 is sent beside it for old receivers.
                    HeaderField("X-Hub-Signature", "sha1=0000000000000000000000000000000000000000"),
                    HeaderField("X-Hub-Signature-256", "sha256=" + code),
                ]
            case .gitea:
                [
                    HeaderField("X-GitHub-Event", event), HeaderField("X-Gitea-Event", event),
                    HeaderField("X-Gitea-Delivery", id), HeaderField("X-Gitea-Signature", code),
                ]
            case .forgejo:
                [
                    HeaderField("X-Forgejo-Event", event), HeaderField("X-Forgejo-Delivery", id),
                    HeaderField("X-Forgejo-Signature", code),
                ]
            case .gogs:
                [
                    HeaderField("X-Gogs-Event", event), HeaderField("X-Gogs-Delivery", id),
                    HeaderField("X-Gogs-Signature", code),
                ]
            case .gitlab:
                [
                    HeaderField("X-Gitlab-Event", event), HeaderField("X-Gitlab-Event-UUID", id),
                    HeaderField("X-Gitlab-Token", secret),
                ]
            case .bitbucket:
                [
                    HeaderField("X-Event-Key", event), HeaderField("X-Request-UUID", id),
                    HeaderField("X-Hub-Signature", "sha256=" + code),
                ]
            case .bitbucketDataCenter:
                [
                    HeaderField("X-Event-Key", event), HeaderField("X-Request-Id", id),
                    HeaderField("X-Hub-Signature", "sha256=" + code),
                ]
            }
        return Request(
            "POST", "/hooks/push", headers: headers + [HeaderField("Content-Type", "application/json")],
            body: Array(body.utf8), peer: .address("192.0.2.1"))
    }

    /// What it calls a push.
    var pushEvent: String {
        switch self {
        case .github, .gitea, .forgejo, .gogs: "push"
        case .gitlab: "Push Hook"
        case .bitbucket: "repo:push"
        case .bitbucketDataCenter: "repo:refs_changed"
        }
    }

    private func body(branch: String, path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        let owner = path.split(separator: "/").first ?? ""
        return switch self {
        case .github:
            """
            {"ref": "refs/heads/\(branch)", "before": "\(String(repeating: "1", count: 40))", "deleted": false,
             "repository": {"id": 1, "name": "\(name)", "full_name": "\(path)", "private": true,
               "html_url": "https://example.com/\(path)", "url": "https://example.com/\(path)",
               "git_url": "git://example.com/\(path).git", "ssh_url": "git@example.com:\(path).git",
               "clone_url": "https://example.com/\(path).git", "default_branch": "main", "pushed_at": 1700000000},
             "pusher": {"name": "x"}, "commits": [{"message": "a \\"quoted\\" \\u00e9 text", "added": []}]}
            """
        case .gitea, .forgejo, .gogs:
            """
            {"ref": "refs/heads/\(branch)", "total_commits": 1,
             "repository": {"id": 1, "name": "\(name)", "full_name": "\(path)",
               "html_url": "http://example.com:3000/\(path)", "ssh_url": "ssh://git@example.com:2222/\(path).git",
               "clone_url": "http://example.com:3000/\(path).git", "default_branch": "main"}}
            """
        case .gitlab:
            """
            {"object_kind": "push", "event_name": "push", "ref": "refs/heads/\(branch)", "ref_protected": true,
             "project": {"id": 1, "name": "\(name)", "web_url": "https://example.com/\(path)",
               "git_ssh_url": "git@example.com:\(path).git", "git_http_url": "https://example.com/\(path).git",
               "path_with_namespace": "\(path)", "default_branch": "main"},
             "repository": {"name": "\(name)", "url": "git@example.com:\(path).git"}}
            """
        case .bitbucket:
            """
            {"push": {"changes": [{"old": null, "created": true, "new": {"type": "branch", "name": "\(branch)"}}]},
             "repository": {"type": "repository", "full_name": "\(path)", "name": "\(name)",
               "links": {"self": {"href": "https://api.example.com/2.0/repositories/\(path)"},
                         "html": {"href": "https://example.com/\(path)"}}}}
            """
        case .bitbucketDataCenter:
            """
            {"eventKey": "repo:refs_changed", "date": "2026-01-01T00:00:00+0000",
             "repository": {"slug": "\(name)", "id": 1, "project": {"key": "\(owner.uppercased())"}},
             "changes": [{"ref": {"id": "refs/heads/\(branch)", "displayId": "\(branch)", "type": "BRANCH"},
                          "refId": "refs/heads/\(branch)", "type": "UPDATE"}]}
            """
        }
    }
}

/// A hook with secrets in files, for the repository and reference of a deployment.
struct TestHook {
    let hook: PushHook
    let log = LogCollector()
    private let wakes = Locked(0)

    init(
        _ files: [String], repository: String = "https://example.com/team/app.git", ref: String = "main",
        deliveries: RateLimit = RateLimit(burst: 1000, perSecond: 1),
        failures: RateLimit = RateLimit(burst: 1000, perSecond: 1)
    ) throws {
        let wakes = wakes
        let logger = Logger(log.sink, verbosity: 9)
        let quiet = QuietLog(logger, limit: RateLimit(burst: 2, perSecond: 0.0001))
        let identity = [RepositoryIdentity(address: repository)].compactMap { $0 }
        hook = PushHook(
            secrets: PushSecrets(files: files, log: quiet),
            target: PushTarget(repositories: identity, query: try RefQuery(ref)), logger: logger, log: quiet,
            deliveries: deliveries, failures: failures, wake: { wakes.withLock { $0 += 1 } })
    }

    /// How often the loop was woken.
    var wakeCount: Int { wakes.withLock { $0 } }

    /// The status and the text of the answer to a delivery.
    func answer(_ request: Request) -> String {
        let response = hook.answer(request)
        return "\(response.status) " + String(decoding: response.bytes, as: UTF8.self).dropLast()
    }
}
