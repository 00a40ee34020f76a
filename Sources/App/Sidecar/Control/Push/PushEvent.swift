internal import GitFiles
internal import HTTPServer

/// What a delivery says it is, in the words of its forge.
enum PushEvent: Equatable {
    /// References were updated.
    case push
    /// Somebody tries whether we answer.
    case ping
    /// Something else, which is none of our business.
    case other(String)
    /// Nothing that any of the forges sends.
    case none

    init(_ request: Request) {
        let names = [
            "X-GitHub-Event", "X-Gitea-Event", "X-Forgejo-Event", "X-Gogs-Event", "X-Gitlab-Event", "X-Event-Key",
        ]
        guard let name = names.lazy.compactMap({ request.header($0) }).first else {
            self = .none
            return
        }
        switch name {
        case "push", "Push Hook", "Tag Push Hook", "System Hook", "repo:push", "repo:refs_changed": self = .push
        case "ping", "diagnostics:ping": self = .ping
        default: self = .other(String(name.prefix(100)))
        }
    }

    /// What names a delivery, the same when the forge or somebody else sends it again; nil when nothing does.
    static func deliveryID(_ request: Request) -> String? {
        let names = [
            "X-GitHub-Delivery", "X-Gitea-Delivery", "X-Forgejo-Delivery", "X-Gogs-Delivery", "Idempotency-Key",
            "X-Gitlab-Event-UUID", "X-Request-UUID", "X-Request-Id",
        ]
        return names.lazy.compactMap { request.header($0) }.first { !$0.isEmpty }
    }
}
