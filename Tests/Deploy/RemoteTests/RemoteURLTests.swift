import HTTPClient
import Posix
import Testing

@testable import Remote

@Suite("Repository addresses")
struct RemoteURLTests {
    @Test(
        "every form that git accepts is understood",
        arguments: [
            ("https://host/a/b.git", "https://host/a/b.git", RemoteURL.Scheme.https),
            ("HTTPS://Host:8443/a", "https://host:8443/a", .https),
            ("http://[::1]:80/a", "http://[::1]:80/a", .http),
            ("ssh://git@host:22/a.git", "ssh://git@host:22/a.git", .ssh),
            ("ssh://git@host/~me/a.git", "ssh://git@host/~me/a.git", .ssh),
            ("git@host:a/b.git", "ssh://git@host/a/b.git", .ssh),
            ("host:/srv/a.git", "ssh://host/srv/a.git", .ssh),
            ("me@[::1]:a", "ssh://me@[::1]/a", .ssh),
            ("[host:2222]:a", "ssh://host:2222/a", .ssh),
            ("file:///srv/a%20b.git", "/srv/a b.git", .file),
            ("/srv/a.git", "/srv/a.git", .file),
            ("./a:b", "./a:b", .file),
        ])
    func forms(text: String, shown: String, scheme: RemoteURL.Scheme) throws {
        let url = try RemoteURL(parsing: text)
        #expect(url.description == shown)
        #expect(url.scheme == scheme)
    }

    @Test("userinfo becomes the credential and is never shown")
    func userInfo() throws {
        let url = try RemoteURL(parsing: "https://me%40example:p%3Aw@host/a.git?token=abc")
        #expect(url.user == "me@example")
        #expect(url.password?.exposed == "p:w")
        #expect(url.description == "https://host/a.git")
        #expect(url.location("/info/refs", query: "service=x") == "https://host/a.git/info/refs?token=abc&service=x")
        var dumped = ""
        dump(url, to: &dumped)
        #expect(!dumped.contains("p:w") && !dumped.contains("abc") && !dumped.contains("me@example"))
    }

    @Test(
        "what is dangerous or unsupported is refused with the right form beside it",
        arguments: [
            ("", "it is empty"),
            ("-oProxyCommand=x", "it begins with '-', like an option"),
            ("git://host/a", "git:// is neither encrypted nor authenticated; use https:// or ssh://"),
            ("ext::sh -c x", "'ext::' would run a helper program; use https, ssh or a path"),
            ("ftp://host/a", "the scheme 'ftp' is not supported; use https, http, ssh, file or a path"),
            ("ssh://-oProxyCommand=x/a", "the host begins with '-', like an option"),
            ("ssh://host/-x", ""),
            ("host:-x", "the path begins with '-', like an option"),
            ("-x@host:a", "it begins with '-', like an option"),
            ("ssh://me:secret@host/a", "ssh takes no password in the URL; use a key (--ssh-key-file)"),
            ("https:///a", "it names no host"),
            ("https://host:99999/a", "the port is not a number from 1 to 65535"),
            ("[host:-1]:a", "the port is not a number from 1 to 65535"),
            ("https://host/a\nb", "it contains a control character"),
            ("file://host/a", "a file URL needs an absolute path, as in file:///srv/repo.git"),
        ])
    func refusals(text: String, reason: String) {
        if reason.isEmpty {
            #expect(throws: Never.self) { try RemoteURL(parsing: text) }
        } else {
            #expect(throws: InvalidURL(reason: reason)) { try RemoteURL(parsing: text) }
        }
    }

    @Test(
        "a submodule's relative address means what git means by it",
        arguments: [
            ("https://host/team/app.git", "../lib.git", "https://host/team/lib.git"),
            ("https://host/team/app.git", "./lib.git", "https://host/team/app.git/lib.git"),
            ("https://host/team/app.git/", "../../x/lib", "https://host/x/lib"),
            ("git@host:team/app.git", "../lib.git", "ssh://git@host/team/lib.git"),
            ("git@host:app.git", "../lib.git", "ssh://git@host/lib.git"),
            ("/srv/a/app.git", "../lib.git", "/srv/a/lib.git"),
        ])
    func relative(base: String, address: String, expected: String) throws {
        #expect(try RemoteURL(parsing: base).resolving(relative: address).description == expected)
    }

    @Test(
        "no relative address leads to another server, whatever it is made of",
        arguments: [
            "./@evil.test/x", "./:1@evil.test/x", "./.evil.test/x", "./:99/x", "./\\evil.test/x", ".///evil.test/x",
            "./%40evil.test/x", "./?@evil.test/x", "./#@evil.test/x", "./https://evil.test/x", "./../@evil.test/x",
            "../@evil.test/x", ".././/@evil.test/x", "../:1@evil.test", "../\\@evil.test/x",
        ],
        ["https://host", "https://host/", "https://me:pw@host", "https://host:8443/app.git", "http://[::1]"])
    func confined(address: String, base: String) throws {
        let base = try RemoteURL(parsing: base)
        let resolved: RemoteURL
        do throws(InvalidURL) {
            resolved = try base.resolving(relative: address)
        } catch {
            // Nothing is above a server's root.
            #expect(address.contains("../") && base.path.allSatisfy { $0 == "/" })
            return
        }
        let origin = try #require(HTTPOrigin(base.origin))
        #expect(HTTPOrigin(resolved.location("/info/refs", query: "service=git-upload-pack")) == origin)
    }

    @Test("a relative address makes no option of a path for ssh")
    func relativeOption() throws {
        let base = try RemoteURL(parsing: "git@host:app.git")
        #expect(throws: InvalidURL.self) { try base.resolving(relative: "../-x") }
    }

    @Test("a relative address cannot climb above the server's root")
    func climbing() throws {
        let base = try RemoteURL(parsing: "https://host/app.git")
        #expect(throws: InvalidURL.self) { try base.resolving(relative: "../../../x") }
    }

    @Test("insteadOf takes the longest prefix")
    func insteadOf() {
        let rules = [
            InsteadOf(base: "https://mirror/", prefix: "git@"),
            InsteadOf(base: "https://team/", prefix: "git@host:team/"),
        ]
        #expect(InsteadOf.rewrite("git@host:team/a", by: rules) == "https://team/a")
        #expect(InsteadOf.rewrite("git@x:y", by: rules) == "https://mirror/x:y")
        #expect(InsteadOf.rewrite("https://z", by: rules) == "https://z")
    }

    @Test("a password in insteadOf follows no address that a commit names to another server")
    func insteadOfPassword() {
        let open = [InsteadOf(base: "https://me:token@host", prefix: "https://host")]
        for address in ["https://host.evil.test/x", "https://host:1@evil.test/x", "https://host@evil.test/x"] {
            #expect(InsteadOf.rewrite(address, by: open) == address)
        }
        #expect(InsteadOf.rewrite("https://host/x", by: open) == "https://me:token@host/x")
        let closed = [InsteadOf(base: "https://me:token@host/", prefix: "https://host/")]
        #expect(InsteadOf.rewrite("https://host/@evil.test", by: closed) == "https://me:token@host/@evil.test")
        let everywhere = [InsteadOf(base: "https://token@", prefix: "https://")]
        #expect(InsteadOf.rewrite("https://evil.test/x", by: everywhere) == "https://evil.test/x")
        #expect(InsteadOf.rewrite("https://host/x", by: everywhere, isOurs: true) == "https://token@host/x")
        let scheme = [InsteadOf(base: "https://", prefix: "git://")]
        #expect(InsteadOf.rewrite("git://host/x", by: scheme) == "https://host/x")
    }
}

@Suite("Credentials")
struct CredentialsTests {
    private func rules() throws -> CredentialRules {
        CredentialRules([
            .init(prefix: try RemoteURL(parsing: "https://host"), username: "all", password: .value(Secret("1"))),
            .init(
                prefix: try RemoteURL(parsing: "https://host/team/"), username: "team", password: .value(Secret("2"))),
        ])
    }

    @Test(
        "the longest matching address wins, by whole path elements, and never for another host or scheme",
        arguments: [
            ("https://host/team/app.git", "team"), ("https://host/teamwork/app.git", "all"), ("https://host/x", "all"),
            ("http://host/x", nil), ("https://host.evil/x", nil), ("https://host:444/x", nil),
            ("https://host:443/team/app.git", "team"), ("https://HOST/x", "all"),
            ("https://host/team/../x", "all"), ("https://host/team/%2E%2e/x", "all"),
            ("https://host/team/..\\x", "all"),
        ] as [(String, String?)])
    func longest(address: String, user: String?) throws {
        #expect(try rules().credential(for: RemoteURL(parsing: address), .after(.seconds(1)))?.username == user)
    }

    @Test("a password in the address itself beats the rules")
    func inAddress() throws {
        let url = try RemoteURL(parsing: "https://me:pw@host/team/app.git")
        let credential = try rules().credential(for: url, .after(.seconds(1)))
        #expect(credential?.username == "me")
        #expect(credential?.password.exposed == "pw")
    }
}
