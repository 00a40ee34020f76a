import Posix
import TestSupport
import Testing

@Suite("Bytes that change on the disk", .endToEnd, .timeLimit(.minutes(5)))
struct DamageTests {
    private static let replaced = "the object store is damaged and is replaced; what is needed is fetched again"

    /// Overwrites some bytes in the middle of the only pack of a store, as a bad disk does; size and times stay.
    private func damagePack(of store: String) throws {
        let directory = store + "/objects/pack/"
        let name = try #require(try TestFiles.list(directory).first { $0.hasSuffix(".pack") })
        let middle = try Files.status(directory + name).size / 2
        try runProgram(
            ["dd", "of=\(directory)\(name)", "bs=1", "seek=\(middle)", "conv=notrunc", "status=none"],
            input: Array("overwritten bytes".utf8)
        ).succeeded()
    }

    @Test("in the object store: the next release that needs them is fetched anew, after a restart and without one")
    func store() throws {
        let site = try Site(["big": .regular(noise(100_000)), "file": "one"]).overHTTP(try Servers.http.get())
        #expect(try site.sync().status == 0)
        try damagePack(of: site.root + "/.git")
        // The content is needed in another place, and the remote has no reason to send it again.
        try site.repository.commit(["big": .deleted, "moved": .regular(noise(100_000))])
        let run = try site.sync()
        #expect(run.status == 0)
        #expect(run.log.has(Self.replaced))
        #expect(try TestFiles.read(site.link + "/moved") == noise(100_000))
        let sidecar = try site.start()
        try sidecar.waitFor("started")
        try damagePack(of: site.root + "/.git")
        let next = try site.repository.commit(["moved": .deleted, "again": .regular(noise(100_000))])
        try site.waitUntilLive(next)
        #expect(sidecar.log.has(Self.replaced))
        #expect(try TestFiles.read(site.link + "/again") == noise(100_000))
        #expect(try sidecar.stop() == 0)
        #expect(try site.git("status", "--porcelain") == "")
        #expect(try site.git("fsck") == "")
    }

    @Test("where history ends: the store is fetched anew, after a restart and without one")
    func shallow() throws {
        let site = try Site(["file": "one"]).overHTTP(try Servers.http.get())
        #expect(try site.sync("--depth=1").status == 0)
        try TestFiles.write("garbage\n", to: site.root + "/.git/shallow")
        try site.repository.commit(["file": "two"])
        #expect(try site.sync("--depth=1").status == 0)
        #expect(site.read("file") == "two")
        let sidecar = try site.start("--depth=1")
        try sidecar.waitFor("started")
        try TestFiles.write(String(repeating: "z", count: 100_000), to: site.root + "/.git/shallow")
        let next = try site.repository.commit(["file": "three"])
        try site.waitUntilLive(next)
        #expect(sidecar.log.has(Self.replaced))
        #expect(try sidecar.stop() == 0)
        // Stopped at once, it may not have put away what the new store brought beside the release.
        #expect(try site.git("fsck", "--no-dangling") == "")
    }

    @Test("in a submodule's store: the submodule is fetched anew")
    func submodule() throws {
        let site = try Site([:])
        let library = try GitFixture(at: site.path("library.git"))
        func publish(_ files: [String: GitFixture.File]) throws {
            try site.repository.commit([
                ".gitmodules": Family.modules(("library", "library", "../library.git")),
                "library": .submodule(try library.commit(files)),
            ])
        }
        try publish(["big": .regular(noise(100_000))])
        #expect(try site.sync().status == 0)
        try damagePack(of: site.root + "/.git/modules/library")
        try publish(["big": .deleted, "moved": .regular(noise(100_000))])
        let run = try site.sync()
        #expect(run.status == 0)
        #expect(run.log.with(Self.replaced).first?["submodules"]?.contains("library") == true)
        #expect(try TestFiles.read(site.link + "/library/moved") == noise(100_000))
        #expect(try site.git("submodule", "status").hasPrefix("-") == false)
    }

    @Test("while the remote is down: what is live stays and is served, and all goes on when the remote is back")
    func remoteDown() throws {
        let site = try Site(["big": .regular(noise(100_000))])
        #expect(try site.sync().status == 0)
        let good = try site.tip
        try damagePack(of: site.root + "/.git")
        let next = try site.repository.commit(["big": .deleted, "moved": .regular(noise(100_000))])
        // The new commit is there, the content that it shares with the old one is not.
        try Files.rename(site.repository.path + "/objects", to: site.path("objects"))
        try TestFiles.makeDirectory(site.repository.path + "/objects/pack")
        let sidecar = try site.start("--max-backoff=50ms")
        try sidecar.waitFor("sync failed; what is live stays")
        #expect(site.live == good)
        #expect(try TestFiles.read(site.link + "/big") == noise(100_000))
        try runProgram(["rm", "-r", site.repository.path + "/objects"]).succeeded()
        try Files.rename(site.path("objects"), to: site.repository.path + "/objects")
        try site.waitUntilLive(next)
        #expect(try TestFiles.read(site.link + "/moved") == noise(100_000))
        #expect(try sidecar.stop() == 0)
    }

    @Test("in the live release and in the store, after the machine started anew: both are whole again")
    func afterReboot() throws {
        let site = try Site(["big": .regular(noise(100_000)), "file": "one"])
        #expect(try site.sync().status == 0)
        let file = site.link + "/file"
        // Another byte, with the size and the time that it had.
        try runProgram(["touch", "--reference=\(file)", site.path("time")]).succeeded()
        try TestFiles.write("0ne", to: site.path("bad"))
        try runProgram(["dd", "if=\(site.path("bad"))", "of=\(file)", "conv=notrunc", "status=none"]).succeeded()
        try runProgram(["touch", "--reference=\(site.path("time"))", file]).succeeded()
        try damagePack(of: site.root + "/.git")
        // As long as the machine runs on, nobody reads every byte.
        #expect(try site.sync().status == 0)
        #expect(site.read("file") == "0ne")
        try TestFiles.write("another run of the machine\n", to: site.root + "/.git-sidecar/boot")
        let run = try site.sync()
        #expect(run.status == 0)
        #expect(site.read("file") == "one")
        #expect(try TestFiles.read(site.link + "/big") == noise(100_000))
        #expect(site.live == (try site.tip))
        #expect(try site.git("fsck") == "")
    }
}
