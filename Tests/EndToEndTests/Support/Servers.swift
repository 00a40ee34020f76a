import TestSupport

/// Servers that all tests share; each serves every repository in the tests' own directories.
enum Servers {
    /// Plain git over HTTP.
    static let http = Result { try GitHTTPServer(serving: "/dev/shm") }
    /// Git over HTTP for `somebody` with the password `right`.
    static let httpWithPassword = Result {
        try GitHTTPServer(serving: "/dev/shm", .init { $0.users = ["somebody": "right password"] })
    }
    /// Git over SSH.
    static let ssh = Result { try GitSSHServer(serving: "/dev/shm") }

    /// The path of a site's repository below the servers' root.
    static func path(_ site: Site) -> String {
        String(site.repository.path.dropFirst("/dev/shm/".count))
    }
}

extension Site {
    /// The same site, reached over HTTP.
    func overHTTP(_ server: GitHTTPServer) -> Site {
        var site = self
        site.url = server.url(Servers.path(self))
        return site
    }

    /// The requests for this site's repository that a server has answered.
    func requests(to server: GitHTTPServer) throws -> [HTTPExchange] {
        try server.exchanges().filter { $0.target.hasPrefix("/\(Servers.path(self))") }
    }
}
