internal import GitFiles
internal import HTTPServer
internal import JSON
internal import Remote

/// What a forge says was pushed, and where: the union of what the forges write.
struct PushPayload: Equatable {
    /// Every address under which the forge knows the repository.
    var addresses: [String]
    /// The last parts of its path, when nothing else is said.
    var fullName: String?
    /// The branch that `HEAD` stands for.
    var defaultBranch: String?
    /// The full names of the references that were updated, made or removed.
    var references: [String]

    /// Reads a payload; nil when it says neither what nor where.
    init?(_ json: JSONValue) {
        let places = [json["repository"], json["project"]].compactMap { $0 }
        let names = [
            "clone_url", "ssh_url", "git_url", "html_url", "git_http_url", "git_ssh_url", "http_url", "web_url",
            "homepage", "url",
        ]
        addresses = places.flatMap { place in
            names.compactMap { place[$0]?.string } + PushPayload.links(place["links"])
        }
        fullName =
            places.lazy.compactMap { place in
                if let key = place["project"]?["key"]?.string, let slug = place["slug"]?.string {
                    return "\(key)/\(slug)"
                }
                return (place["full_name"] ?? place["path_with_namespace"])?.string
            }.first
        defaultBranch = places.lazy.compactMap { $0["default_branch"]?.string }.first
        references = PushPayload.references(json)
        if references.isEmpty || addresses.isEmpty && fullName == nil { return nil }
    }

    // {"clone": [{"href": …}], "self": [{"href": …}], "html": {"href": …}}
    private static func links(_ links: JSONValue?) -> [String] {
        guard let links else { return [] }
        return ["clone", "self", "html"].flatMap { name -> [String] in
            guard let link = links[name] else { return [] }
            return (link.elements ?? [link]).compactMap { $0["href"]?.string }
        }
    }

    private static func references(_ json: JSONValue) -> [String] {
        if let reference = json["ref"]?.string { return [reference] }
        if let references = json["refs"]?.elements { return references.compactMap(\.string) }
        let changes = json["push"]?["changes"]?.elements ?? json["changes"]?.elements ?? []
        return changes.compactMap { change in
            if let id = change["ref"]?["id"]?.string ?? change["ref"]?.string { return id }
            for side in ["new", "old"] {
                guard let name = change[side]?["name"]?.string else { continue }
                return (change[side]?["type"]?.string == "tag" ? "refs/tags/" : "refs/heads/") + name
            }
            return nil
        }
    }
}

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

/// Which repository an address means, whichever way it is reached: the scheme, the user and the port do not matter.
struct RepositoryIdentity: Equatable, CustomStringConvertible {
    let host: String
    let path: String

    var description: String { host.isEmpty ? path : "\(host)/\(path)" }

    init(_ url: RemoteURL) {
        host = RepositoryIdentity.usualHost(url.host.lowercased())
        path = RepositoryIdentity.usualPath(url.path)
    }

    /// The repository of an address in a payload; nil for one that we could not use anyway.
    init?(address: String) {
        guard let url = try? RemoteURL(parsing: address) else { return nil }
        self.init(url)
    }

    /// Whether the path ends with a name as forges write it: `owner/repository`.
    func isNamed(_ fullName: String) -> Bool {
        let name = RepositoryIdentity.usualPath(fullName)
        return !name.isEmpty && (path == name || path.hasSuffix("/" + name))
    }

    // The names under which some forges take ssh on port 443.
    private static func usualHost(_ host: String) -> String {
        switch host {
        case "ssh.github.com": "github.com"
        case "altssh.gitlab.com": "gitlab.com"
        case "altssh.bitbucket.org": "bitbucket.org"
        default: host
        }
    }

    private static func usualPath(_ path: String) -> String {
        var parts = (PercentEncoding.decode(path) ?? path).lowercased().split(separator: "/").map(String.init)
        // Bitbucket Data Center: its pages are at /projects/KEY/repos/NAME/browse, its repositories at /scm/KEY/NAME.git.
        if parts.count >= 4, parts[0] == "projects", parts[2] == "repos" { parts = [parts[1], parts[3]] }
        if parts.count == 3, parts[0] == "scm" { parts.removeFirst() }
        if let last = parts.last, last.hasSuffix(".git") { parts[parts.count - 1] = String(last.dropLast(4)) }
        return parts.joined(separator: "/")
    }
}
