import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Staging
import Synchronization
import TestSupport
import Testing

@Suite("Publishing", .scratch(.memory), .timeLimit(.minutes(1)))
struct PublishTests {
    @Test(
        "the link is relative and ends in the full hash; directories above it are made",
        arguments: [
            ("link", ".worktrees/"), ("deep/er/link", "../../.worktrees/"), ("../beside/link", "../root/.worktrees/"),
        ])
    func relativeLink(link: String, target: String) throws {
        let site = try Site(link: link)
        let release = try site.deploy(try site.fixture.commit(["a": "1"]))
        #expect(TestFiles.linkTarget(site.layout.link) == target + "\(release.commit)")
        #expect(try TestFiles.text(site.layout.link + "/a") == "1")
        #expect(try site.publisher.current() == release)
    }

    @Test("the moment at which readers see a release is known, and comes once", arguments: PublishMode.allCases)
    func moment(mode: PublishMode) throws {
        var site = try Site()
        site.mode = mode
        let first = try site.deploy(try site.fixture.commit(["a": "1"]))
        let staged = try site.stage(try site.fixture.commit(["a": "2"])).release
        var seen: [ObjectID?] = []
        let second = try site.publisher.publishCleanly(staged) {
            seen.append(try? site.publisher.current()?.commit)
        }
        #expect(seen == [second.commit] && second.commit != first.commit)
    }

    @Test("a link in a directory that is reached through a symbolic link leads to the release")
    func throughSymbolicLink() throws {
        try TestFiles.makeDirectory(Scratch.directory + "/a/b/c")
        try Files.makeSymbolicLink(to: "a/b/c", at: Scratch.directory + "/shortcut")
        let site = try Site(link: Scratch.directory + "/shortcut/link")
        try site.deploy(try site.fixture.commit(["a": "1"]))
        #expect(try TestFiles.text(site.layout.link + "/a") == "1")
    }

    @Test("a link of an older layout is taken over, and what it pointed to stays")
    func olderLayout() throws {
        let site = try Site()
        let hash = try site.fixture.commit(["a": "1"])
        try TestFiles.makeDirectory(site.layout.root + "/" + hash)
        try Files.makeSymbolicLink(to: hash, at: site.layout.link)
        #expect(
            try site.publisher.current()
                == Release(commit: try #require(ObjectID(hash)), path: site.layout.root + "/" + hash))
        try site.deploy(hash)
        #expect(TestFiles.linkTarget(site.layout.link) == ".worktrees/" + hash)
        #expect(TestFiles.exists(site.layout.root + "/" + hash))
    }

    @Test("what a killed run left beside the link is not in the way")
    func leftovers() throws {
        let site = try Site()
        try Files.makeSymbolicLink(to: "x", at: site.layout.root + "/" + TemporaryName.make())
        try site.deploy(try site.fixture.commit(["a": "1"]))
        #expect(try TestFiles.text(site.layout.link + "/a") == "1")
    }

    @Test("a foreign file or directory is refused and stays", arguments: PublishMode.allCases, [true, false])
    func foreign(mode: PublishMode, isFile: Bool) throws {
        var site = try Site()
        site.mode = mode
        let kept = isFile ? site.layout.link : site.layout.link + "/precious"
        if !isFile { try TestFiles.makeDirectory(site.layout.link) }
        try TestFiles.write("precious", to: kept)
        let error = try #require(throws: ReleaseError.self) { try site.deploy(try site.fixture.commit(["a": "1"])) }
        #expect("\(error)".hasPrefix("cannot publish at \(site.layout.link): there is a "))
        #expect("\(error)".contains("move it away"))
        #expect(try TestFiles.text(kept) == "precious")
    }

    @Test("a link that leads to a release in another root is refused and stays, until that release is gone")
    func otherRoot() throws {
        let mine = try Root(at: Scratch.directory + "/mine", link: "../link")
        let other = try Root(at: Scratch.directory + "/other", link: "../link", repository: mine.fixture)
        let hash = try mine.fixture.commit(["a": "1"])
        let theirs = try other.deploy(hash)
        let error = try #require(throws: ReleaseError.self) { try mine.deploy(hash) }
        #expect("\(error)".contains("it leads to \(theirs.path), a release in another root"))
        #expect(try mine.publisher.current() == nil)
        #expect(try other.publisher.current() == theirs)
        try Files.removeTree(theirs.path)
        let release = try mine.deploy(hash)
        #expect(try mine.publisher.current() == release)
    }

    @Test("a directory that is a release of another root is refused and stays, until that root is gone")
    func otherRootsDirectory() throws {
        let mine = try Root(at: Scratch.directory + "/mine", link: "../link", mode: .directory)
        let other = try Root(
            at: Scratch.directory + "/other", link: "../link", mode: .directory, repository: mine.fixture)
        let hash = try mine.fixture.commit(["a": "1"])
        let theirs = try other.deploy(hash)
        let before = try Files.status(theirs.path)
        let error = try #require(throws: ReleaseError.self) { try mine.deploy(hash) }
        #expect("\(error)".contains("it is a release of another root, whose record is \(other.layout.root)/.git"))
        #expect(try mine.publisher.current() == nil)
        #expect(try other.publisher.current() == theirs)
        #expect(try Files.status(theirs.path).isSameFile(as: before))
        try Files.removeTree(other.layout.root)
        let release = try mine.deploy(hash)
        #expect(try mine.publisher.current() == release)
    }

    @Test("what fails after the swap is a warning: readers see the release")
    func warning() throws {
        var site = try Site()
        site.mode = .directory
        let first = try site.deploy(try site.fixture.commit(["a": "1"]))
        let second = try site.stage(try site.fixture.commit(["a": "2"]), from: first).release
        // The former release finds its place taken, and what lies there has nowhere to go.
        try TestFiles.makeDirectory(site.layout.directory(of: first.commit))
        try Files.removeTree(site.layout.staging)
        var swaps = 0
        let warnings = try site.publisher.publish(second) { swaps += 1 }
        #expect(warnings.count == 1 && warnings[0].hasPrefix("cannot rename \(site.layout.releases)"), "\(warnings)")
        #expect(swaps == 1)
        #expect(try site.publisher.current() == site.publisher.place(of: second))
        try site.expectExact(site.publisher.place(of: second))
    }

    @Test("the root itself cannot be the link", arguments: ["", ".", "..", "a/.."])
    func rootAsLink(link: String) throws {
        #expect(throws: SystemError.self) { try ReleaseLayout(root: Scratch.directory + "/root", link: link) }
    }

    @Test("in directory mode the link is a directory, and the former release lies among the others")
    func directoryMode() throws {
        var site = try Site()
        site.mode = .directory
        let first = try site.deploy(try site.fixture.commit(["a": "1"]))
        #expect(try Files.status(site.layout.link).kind == .directory)
        let second = try site.deploy(try site.fixture.commit(["a": "2"]), from: first)
        #expect(second.path == site.layout.link)
        #expect(try site.publisher.current() == second)
        let former = Release(commit: first.commit, path: site.layout.directory(of: first.commit))
        try site.expectExact(former)
        try site.expectExact(second)
        #expect(try TestFiles.list(site.layout.releases) == ["\(first.commit)"])
        // And back again.
        let back = try site.publisher.publishCleanly(former)
        try site.expectExact(back)
        #expect(try TestFiles.list(site.layout.releases) == ["\(second.commit)"])
    }

    @Test("an empty directory, and a link of ours, make way for a directory", arguments: [true, false])
    func directoryModeTakesOver(hadLink: Bool) throws {
        var site = try Site()
        let hash = try site.fixture.commit(["a": "1"])
        if hadLink { try site.deploy(hash) } else { try TestFiles.makeDirectory(site.layout.link) }
        site.mode = .directory
        let release = try site.deploy(hash)
        #expect(try Files.status(site.layout.link).kind == .directory)
        try site.expectExact(release)
    }

    /// Opens the link again and again, and compares two files whose contents must match.
    ///
    /// - Returns: how often it read, and what it saw that it must not see.
    private static func hammer(_ link: String, until done: borrowing Atomic<Bool>) -> (reads: Int, faults: [String]) {
        var (reads, faults) = (0, [String]())
        while !done.load(ordering: .relaxed), faults.count < 5 {
            do {
                let directory = try FileDescriptor.openDirectory(link)
                let a = try directory.open(entry: "a").readAll(limit: 100)
                let b = try directory.open(entry: "d/b").readAll(limit: 100)
                if a != b { faults.append("mixed") }
            } catch {
                faults.append("\(error)")
            }
            reads += 1
        }
        return (reads, faults)
    }

    @Test("readers never see a missing or mixed tree", arguments: PublishMode.allCases)
    func readers(mode: PublishMode) throws {
        var site = try Site()
        site.mode = mode
        let releases = try (0..<4).map { number in
            try site.fixture.commit(["a": .text("\(number)"), "d/b": .text("\(number)")])
        }
        var current = try site.deploy(releases[0])
        let done = Atomic(false)
        let results = Mutex<[(reads: Int, faults: [String])]>([])
        let (link, layout, path) = (site.layout.link, site.layout, site.store.path)
        try Parallel.forEach(count: 3, threads: 3) { (number) throws(any Error) in
            if number < 2 {
                let result = Self.hammer(link, until: done)
                results.withLock { $0.append(result) }
                return
            }
            defer { done.store(true, ordering: .relaxed) }
            let stager = Stager(layout: layout, objects: try ObjectStore.openExisting(path))
            let publisher = Publisher(layout: layout, mode: mode)
            for round in 1...300 {
                guard let commit = ObjectID(releases[round % releases.count]) else { continue }
                let staged = try stager.stage(commit, from: try publisher.current(), deadline: .after(.seconds(30)))
                try publisher.publishCleanly(try stager.install(staged))
            }
        }
        for result in results.withLock({ $0 }) {
            #expect(result.faults == [])
            #expect(result.reads > 100)
        }
        current = try #require(try site.publisher.current())
        try site.expectExact(current)
        try site.stager.sweep(deadline: .after(.seconds(30)))
        #expect(try TestFiles.list(site.layout.staging).isEmpty)
    }
}
