internal import Posix

/// A repository address that cannot be used, and why.
public struct InvalidURL: Error, Equatable, Sendable, CustomStringConvertible {
    /// One clause that says what is wrong and what would be right; it never quotes userinfo.
    public let reason: String

    /// The reason, behind the words that say what was being read.
    public var description: String { "cannot use the repository address: \(reason)" }
}

extension RemoteURL {
    /// Reads an address as git would, and refuses what could run a program or send data in the clear by accident.
    public init(parsing text: String) throws(InvalidURL) {
        guard !text.isEmpty else { throw InvalidURL(reason: "it is empty") }
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw InvalidURL(reason: "it contains a control character")
        }
        guard !text.hasPrefix("-") else { throw InvalidURL(reason: "it begins with '-', like an option") }
        if let (scheme, rest) = text.split(around: "://") {
            try self.init(scheme: scheme.lowercased(), rest: rest)
            return
        }
        if let (helper, _) = text.split(around: "::"), helper.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" }),
            !helper.isEmpty
        {
            throw InvalidURL(reason: "'\(helper)::' would run a helper program; use https, ssh or a path")
        }
        if let scp = try RemoteURL(scpForm: text) {
            self = scp
        } else {
            self.init(scheme: .file, path: text)
        }
    }

    private init(scheme name: String, rest: String) throws(InvalidURL) {
        switch name {
        case "https", "http": try self.init(web: name == "https" ? .https : .http, rest: rest)
        case "ssh", "git+ssh", "ssh+git": try self.init(sshURL: rest)
        case "file":
            // file://host/path is not a thing that git knows: everything behind the slashes is a path.
            guard rest.hasPrefix("/") else {
                throw InvalidURL(reason: "a file URL needs an absolute path, as in file:///srv/repo.git")
            }
            self.init(scheme: .file, path: try rest.percentDecoded())
        case "git":
            throw InvalidURL(reason: "git:// is neither encrypted nor authenticated; use https:// or ssh://")
        default:
            let shown = name.allSatisfy { $0.isLetter || $0.isNumber || "+-.".contains($0) } ? "'\(name)' " : ""
            throw InvalidURL(reason: "the scheme \(shown)is not supported; use https, http, ssh, file or a path")
        }
    }

    private init(web scheme: Scheme, rest: String) throws(InvalidURL) {
        let end = rest.firstIndex(where: { "/?#".contains($0) }) ?? rest.endIndex
        let authority = try Authority(rest[..<end])
        guard !authority.host.isEmpty else { throw InvalidURL(reason: "it names no host") }
        var tail = rest[end...]
        if let fragment = tail.firstIndex(of: "#") { tail = tail[..<fragment] }
        let mark = tail.firstIndex(of: "?") ?? tail.endIndex
        self.init(
            scheme: scheme, user: authority.user, password: authority.password, host: authority.host.lowercased(),
            port: authority.port, path: String(tail[..<mark]),
            query: mark == tail.endIndex ? nil : String(tail[tail.index(after: mark)...]))
    }

    private init(sshURL rest: String) throws(InvalidURL) {
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = try Authority(rest[..<end])
        guard authority.password == nil else {
            throw InvalidURL(reason: "ssh takes no password in the URL; use a key (--ssh-key-file)")
        }
        var path = try String(rest[end...]).percentDecoded()
        // ssh://host/~user/repo means a path in that user's home, as in git.
        if path.hasPrefix("/~") { path.removeFirst() }
        self.init(
            scheme: .ssh, user: authority.user, host: authority.host, port: authority.port, path: path)
        try checkForSSH()
    }

    /// Reads `[user@]host:path`, where no slash stands before the colon; nil when the text is a path.
    private init?(scpForm text: String) throws(InvalidURL) {
        let afterUser = text.firstIndex(of: "@").map { text.index(after: $0) }
        let hostStart = afterUser.flatMap { text[..<$0].contains("/") ? nil : $0 } ?? text.startIndex
        var rest = text[hostStart...]
        let host: String
        var port: Int?
        if rest.hasPrefix("["), let close = rest.firstIndex(of: "]") {
            let inside = String(rest[rest.index(after: rest.startIndex)..<close])
            rest = rest[rest.index(after: close)...]
            guard rest.hasPrefix(":") else { return nil }
            // [host:port]:path is git's way to name a port; more than one colon is an IPv6 address.
            if let (name, digits) = inside.split(around: ":"), !digits.contains(":") {
                (host, port) = (name, try portNumber(digits))
            } else {
                host = inside
            }
        } else {
            guard let colon = rest.firstIndex(of: ":"), !rest[..<colon].contains("/") else { return nil }
            host = String(rest[..<colon])
            rest = rest[colon...]
        }
        let user = hostStart == text.startIndex ? nil : String(text[..<text.index(before: hostStart)])
        self.init(scheme: .ssh, user: user, host: host, port: port, path: String(rest.dropFirst()))
        try checkForSSH()
    }

    /// Refuses what the ssh program, or the shell at the other end, could take for an option.
    func checkForSSH() throws(InvalidURL) {
        guard !host.isEmpty else { throw InvalidURL(reason: "it names no host") }
        guard !host.hasPrefix("-") else { throw InvalidURL(reason: "the host begins with '-', like an option") }
        guard user?.hasPrefix("-") != true else { throw InvalidURL(reason: "the user begins with '-', like an option") }
        guard !path.isEmpty, path != "/" else { throw InvalidURL(reason: "it names no path on the host") }
        guard !path.hasPrefix("-") else { throw InvalidURL(reason: "the path begins with '-', like an option") }
    }
}

/// The part of a URL between `//` and the path.
private struct Authority {
    var user: String?
    var password: Secret?
    var host: String
    var port: Int?

    init(_ text: Substring) throws(InvalidURL) {
        var rest = text
        if let at = text.lastIndex(of: "@") {
            let userInfo = String(text[..<at])
            rest = text[text.index(after: at)...]
            if let (name, secret) = userInfo.split(around: ":") {
                user = try name.percentDecoded()
                password = Secret(try secret.percentDecoded())
            } else {
                user = try userInfo.percentDecoded()
            }
        }
        var digits: Substring?
        if rest.hasPrefix("["), let close = rest.firstIndex(of: "]") {
            host = String(rest[rest.index(after: rest.startIndex)..<close])
            let tail = rest[rest.index(after: close)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { throw InvalidURL(reason: "the host is malformed") }
            digits = tail.isEmpty ? nil : tail.dropFirst()
        } else if let colon = rest.lastIndex(of: ":") {
            host = String(rest[..<colon])
            digits = rest[rest.index(after: colon)...]
        } else {
            host = String(rest)
        }
        guard !host.contains(where: { " \\<>\"^`{|}%".contains($0) }) else {
            throw InvalidURL(reason: "the host contains a character that no host name has")
        }
        if let digits, !digits.isEmpty { port = try portNumber(digits) }
    }
}

private func portNumber(_ digits: some StringProtocol) throws(InvalidURL) -> Int {
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits),
        (1...65535).contains(number)
    else { throw InvalidURL(reason: "the port is not a number from 1 to 65535") }
    return number
}

extension String {
    func split(around separator: String) -> (String, String)? {
        guard let range = firstRange(of: separator) else { return nil }
        return (String(self[..<range.lowerBound]), String(self[range.upperBound...]))
    }

    func percentDecoded() throws(InvalidURL) -> String {
        guard contains("%") else { return self }
        var decoded: [UInt8] = []
        var rest = utf8.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = rest.next(), let low = rest.next(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16), value >= 0x20
            else { throw InvalidURL(reason: "it has a '%' that is not followed by two hexadecimal digits") }
            decoded.append(value)
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}
