import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Staging
import TestSupport
import Testing

@Suite("Keeping", .scratch(.memory), .timeLimit(.minutes(1)))
struct KeeperTests {
    /// Publishes so many commits one after another; the oldest first.
    private func deploy(_ count: Int, _ root: Root) throws -> [Release] {
        var releases: [Release] = []
        for number in 1...count {
            let hash = try root.fixture.commit(["file": .text("\(number)\n"), "same": "same"])
            releases.append(try root.deploy(hash, from: releases.last))
        }
        return releases
    }

    private func cleanup(_ root: Root) -> ReleaseCleanup { ReleaseCleanup(layout: root.layout, cleaner: root.cleaner) }

    @Test(
        "a replaced directory that nothing holds goes at once, with git's record of it",
        arguments: PublishMode.allCases)
    func removedAtOnce(mode: PublishMode) throws {
        let root = try Root(mode: mode)
        let releases = try deploy(3, root)
        let live = try #require(try root.publisher.current())
        let result = try cleanup(root).keep(
            live: live, commits: [], directories: [:], LocalJobs(root.layout), Root.soon)
        #expect(Set(result.removed) == Set(releases.dropLast().map(\.commit)))
        #expect(result.directories == [])
        #expect(result.nextExpiry == nil)
        #expect(try TestFiles.list(root.layout.releases) == (mode == .symlink ? ["\(live.commit)"] : []))
        try root.cleaner.finish(Root.soon)
        #expect(try TestFiles.list(root.layout.staging) == ["trash"])
        #expect(try TestFiles.list(root.layout.staging + "/trash") == [])
        #expect(try TestFiles.list(root.layout.gitDirectory + "/worktrees") == ["\(live.commit)"])
        try root.expectServed("\(live.commit)")
        try root.expectClean()
    }

    @Test("a directory that is held stays with git's record of it, and the first end that is known is told")
    func held() throws {
        let root = try Root()
        let releases = try deploy(4, root)
        let (live, jobs) = (releases[3], LocalJobs(root.layout))
        let (early, late) = (Timestamp(seconds: 1_800_000_000), Timestamp(seconds: 1_800_000_060))
        let first = try cleanup(root).keep(
            live: live, commits: [],
            directories: [releases[0].commit: late, releases[1].commit: nil, releases[2].commit: early],
            jobs, Root.soon)
        #expect(Set(first.directories) == Set(releases.dropLast().map(\.commit)))
        #expect(first.removed == [])
        #expect(first.nextExpiry == early)
        for release in releases {
            #expect(Recovery(layout: root.layout, cleaner: root.cleaner, jobs: jobs).canRepublish(release.commit))
        }
        let second = try cleanup(root).keep(
            live: live, commits: [], directories: [releases[1].commit: nil], jobs, Root.soon)
        #expect(second.directories == [releases[1].commit])
        #expect(Set(second.removed) == [releases[0].commit, releases[2].commit])
        #expect(second.nextExpiry == nil)
        #expect(releases.map { TestFiles.exists($0.path) } == [false, true, false, true])
        try root.cleaner.finish(Root.soon)
    }

    @Test("commits that can be gone back to need no network, even when their directories are gone and all else too")
    func goingBack() throws {
        let root = try Root()
        let releases = try deploy(4, root)
        let live = releases[3]
        let previous = [releases[2].commit, releases[0].commit]
        let store = try ObjectStore.open(root.layout.gitDirectory)
        let first = try cleanup(root).keep(
            live: live, commits: previous, directories: [:], LocalJobs(root.layout), Root.soon)
        #expect(first.released == [])
        #expect(try store.kept == (previous + [live.commit]).sorted())
        _ = try Compaction(layout: root.layout, mode: .always).runIfNeeded(
            store, live: live.commit, deadline: Root.soon)
        #expect(!store.contains(releases[1].commit))
        try Files.removeTree(root.fixture.path)
        let stager = Stager(layout: root.layout, objects: store)
        for commit in previous {
            let back = try root.publisher.publishCleanly(
                try stager.install(try stager.stage(commit, from: live, deadline: Root.soon)))
            let number = try #require(releases.firstIndex { $0.commit == commit }) + 1
            #expect(try TestFiles.text(root.layout.link + "/file") == "\(number)\n")
            #expect(try stager.verify(back, .full, deadline: Root.soon) == [])
        }
        let second = try cleanup(root).keep(
            live: live, commits: [releases[2].commit], directories: [:], LocalJobs(root.layout), Root.soon)
        #expect(second.released == [releases[0].commit])
    }

    @Test("what is live is never removed, whatever the lists say")
    func liveStays() throws {
        let root = try Root()
        let releases = try deploy(2, root)
        let live = releases[1]
        let store = try ObjectStore.open(root.layout.gitDirectory)
        let result = try cleanup(root).keep(
            live: live, commits: [], directories: [live.commit: Timestamp(seconds: 0)], LocalJobs(root.layout),
            Root.soon)
        #expect(result.removed == [releases[0].commit])
        #expect(result.directories == [] && result.nextExpiry == nil)
        #expect(try store.kept == [live.commit])
        try root.expectServed("\(live.commit)")
    }

    @Test("removing a big release does not keep a publish waiting")
    func publishDoesNotWait() throws {
        let root = try Root()
        let big = try root.deploy(try root.fixture.manyFiles(20_000, bytesEach: 20))
        let small = try root.deploy(try root.fixture.commit(["only": "file"], replacing: true))
        let held = try FileDescriptor.openDirectory(big.path)
        _ = try cleanup(root).keep(live: small, commits: [], directories: [:], LocalJobs(root.layout), Root.soon)
        #expect(!TestFiles.exists(big.path))
        // It was renamed as a whole; its files go after that, on the cleaner's thread.
        let place = try #require(TestFiles.linkTarget("/proc/self/fd/\(held.number)"))
        #expect(place.contains("/staging/trash/"), "\(place)")
        try root.cleaner.finish(Root.soon)
        #expect(try TestFiles.list(root.layout.staging + "/trash") == [])
    }

    @Test("what cannot be removed is reported and does not keep the rest")
    func failuresAreReported() throws {
        let root = try Root()
        let failures = Counter()
        let cleaner = try Cleaner(root.layout) { _ in failures.add() }
        let trash = root.layout.staging + "/trash"
        try TestFiles.makeDirectory(trash + "/held")
        try TestFiles.makeDirectory(trash + "/free")
        // A mount point is the one directory that root cannot remove; without root this test has nothing to hold.
        guard ProcessIdentity.user == 0,
            try runProgram(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", trash + "/held"]).status == 0
        else { return }
        defer { _ = try? runProgram(["umount", trash + "/held"]) }
        cleaner.start()
        try cleaner.finish(Root.soon)
        #expect(failures.count == 1)
        #expect(try TestFiles.list(trash) == ["held"])
    }
}

@Suite("Compaction", .scratch(.memory), .timeLimit(.minutes(1)))
struct CompactionTests {
    @Test("the store stays small over many pushes, and git finds it in order")
    func bounded() throws {
        let root = try Root()
        try root.deploy(try root.fixture.manyFiles(300))
        let store = try ObjectStore.open(root.layout.gitDirectory)
        let compaction = Compaction(layout: root.layout)
        #expect(try compaction.runIfNeeded(store, live: root.publisher.current()?.commit, deadline: Root.soon) == nil)
        let fresh = try store.statistics()
        var compactions = 0
        for number in 1...80 {
            let hash = try root.fixture.commit([GitFixture.manyFilesPath(number): .text("change \(number)\n")])
            let live = try root.deploy(hash, from: try root.publisher.current())
            try store.refresh()
            _ = try ReleaseCleanup(layout: root.layout, cleaner: root.cleaner).keep(
                live: live, commits: [], directories: [:], LocalJobs(root.layout), Root.soon)
            if try compaction.runIfNeeded(store, live: live.commit, deadline: Root.soon) != nil { compactions += 1 }
            let statistics = try store.statistics()
            #expect(statistics.packs <= 33)
            // A pack of one small commit takes less than five thousand bytes with its index.
            #expect(statistics.packedBytes < fresh.packedBytes * 5 / 4 + 33 * 5000)
        }
        #expect((1...10).contains(compactions))
        #expect(try store.shallow.count < 80)
        try runProgram(["git", "-C", root.layout.link + "/", "fsck", "--full"]).succeeded()
        try root.expectClean()
    }

    @Test("nothing is done when it is off, or when nothing is kept", arguments: [CompactionMode.off, .always])
    func notDone(mode: CompactionMode) throws {
        let root = try Root()
        let live = try root.deploy(try root.fixture.commit(Root.files))
        let store = try ObjectStore.open(root.layout.gitDirectory)
        let result = try Compaction(layout: root.layout, mode: mode).runIfNeeded(
            store, live: mode == .off ? live.commit : nil, deadline: Root.soon)
        #expect(result == nil)
        #expect(store.contains(live.commit))
    }
}
