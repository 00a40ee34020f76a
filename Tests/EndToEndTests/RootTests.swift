import Posix
import TestSupport
import Testing

@Suite("The root", .endToEnd, .timeLimit(.minutes(5)))
struct RootTests {
    @Test("a root that does not exist is made, with the directories above it")
    func missing() throws {
        var site = try Site()
        site.root = site.path("not/there/yet")
        let run = try site.sync()
        #expect(run.status == 0)
        #expect(site.read("file") == "one")
    }

    @Test("a root that is a symbolic link is followed")
    func symlink() throws {
        var site = try Site()
        try TestFiles.makeDirectory(site.path("volume"))
        try Files.makeSymbolicLink(to: "volume", at: site.path("mounted"))
        site.root = site.path("mounted")
        #expect(try site.sync().status == 0)
        #expect(site.read("file") == "one")
        #expect(TestFiles.exists(site.path("volume/link/file")))
        #expect(TestFiles.linkTarget(site.path("mounted")) == "volume")
    }

    @Test("a root with dots in its name means where the name leads")
    func dots() throws {
        var site = try Site()
        try TestFiles.makeDirectory(site.path("a/b"))
        site.root = site.path("a/./b/../root")
        #expect(try site.sync().status == 0)
        #expect(try TestFiles.text(site.path("a/root/link/file")) == "one")
    }

    @Test("a root inside another repository is a repository of its own")
    func insideRepository() throws {
        var site = try Site()
        let outside = site.path("outside")
        try runProgram(["git", "init", "--quiet", outside]).succeeded()
        let before = try TestFiles.list(outside + "/.git")
        site.root = outside + "/root"
        #expect(try site.sync().status == 0)
        #expect(site.read("file") == "one")
        #expect(try TestFiles.list(outside + "/.git") == before)
        #expect(try site.git("rev-parse", "HEAD") == site.tip)
    }

    @Test("a file in place of the root is refused")
    func file() throws {
        let site = try Site()
        try TestFiles.write("mine", to: site.root)
        let run = try site.sync()
        #expect(run.status == 2)
        #expect(run.errors.contains("is not a directory"), "\(run.errors)")
        #expect(try TestFiles.text(site.root) == "mine")
    }

    @Test("foreign entries in the root are left alone, even one that is named like the commit")
    func foreignEntries() throws {
        let site = try Site()
        let names = ["lost+found", try site.tip, "notes"]
        try TestFiles.makeDirectory(site.root + "/" + names[0])
        try TestFiles.write("mine", to: site.root + "/" + names[1])
        try TestFiles.write("mine", to: site.root + "/" + names[2])
        #expect(try site.sync().status == 0)
        #expect(site.read("file") == "one")
        try site.repository.commit(["file": "two"])
        #expect(try site.sync().status == 0)
        #expect(site.read("file") == "two")
        #expect(try Set(TestFiles.list(site.root)).isSuperset(of: names))
        #expect(try TestFiles.text(site.root + "/" + names[1]) == "mine")
    }

    @Test("a repository that belongs to another user is read", .enabled(if: isRoot, "only root can give files away"))
    func foreignOwner() throws {
        let site = try Site()
        try runProgram(["chown", "-R", "65534:65534", site.repository.path]).succeeded()
        #expect(try site.sync().status == 0)
        #expect(site.read("file") == "one")
    }

    @Test(
        "a sidecar of another user than root's works in a root of its own",
        .enabled(if: isRoot, "only root can run programs as somebody else"))
    func unprivileged() throws {
        let site = try Site()
        try TestFiles.makeDirectory(site.root)
        try runProgram(["chown", "65534:65534", site.root]).succeeded()
        try runProgram(["chmod", "755", site.directory]).succeeded()
        let run = try site.sync(under: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
        #expect(run.status == 0)
        #expect(site.read("file") == "one")
        #expect(try Files.status(site.link + "/file", followingLinks: true).userID == 65534)
    }

    @Test("what --group-write makes can be changed by the group")
    func groupWrite() throws {
        let site = try Site(["file": "one", "directory/file": "two"])
        #expect(try site.sync("--group-write").status == 0)
        for name in ["", "/directory", "/.git"] {
            let mode = try Files.status(site.link + name, followingLinks: true).permissions
            #expect(mode & 0o020 != 0, "\(name) has mode \(String(mode, radix: 8))")
        }
    }
}
