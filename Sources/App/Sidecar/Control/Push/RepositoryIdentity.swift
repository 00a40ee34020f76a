internal import HTTPServer
internal import Remote

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
