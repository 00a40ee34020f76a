import Testing

@testable import Sidecar

@Suite("Which repository a push is about")
struct RepositoryIdentityTests {
    @Test(
        "scheme, user, port, case, slashes and .git do not matter",
        arguments: [
            "https://example.com/team/app", "https://example.com/team/app.git", "https://example.com:8443/team/app/",
            "http://user:word@example.com/team/app", "ssh://git@example.com:2222/team/app.git",
            "git@example.com:team/app.git", "git@example.com:/team/app", "https://Example.com/Team/App",
            "https://example.com//team//app.git/", "https://example.com/te%61m/app",
            "https://example.com/scm/team/app.git", "https://example.com/projects/TEAM/repos/app/browse",
        ])
    func same(address: String) {
        #expect(RepositoryIdentity(address: address) == RepositoryIdentity(address: "https://example.com/team/app"))
    }

    @Test(
        "another host, path or name is another repository",
        arguments: [
            "https://example.org/team/app", "https://example.com/team/app2", "https://example.com/app",
            "https://example.com/other/team/app", "https://example.com/team/app.git.git", "/team/app",
        ])
    func other(address: String) {
        #expect(RepositoryIdentity(address: address) != RepositoryIdentity(address: "https://example.com/team/app"))
    }

    @Test("the hosts for ssh on port 443 are those of the web pages")
    func sshHosts() {
        #expect(
            RepositoryIdentity(address: "ssh://git@ssh.github.com:443/team/app.git")
                == RepositoryIdentity(address: "https://github.com/team/app"))
    }

    @Test("a repository on this machine is known by its path")
    func local() {
        #expect(RepositoryIdentity(address: "/srv/app.git") == RepositoryIdentity(address: "file:///srv/app"))
    }

    @Test("what is no address is nobody's", arguments: ["", "git://example.com/team/app", "ext::sh", "http://", "-x"])
    func unusable(address: String) {
        #expect(RepositoryIdentity(address: address) == nil)
    }
}
