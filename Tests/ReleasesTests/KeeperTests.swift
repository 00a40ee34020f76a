import GitObjects
import GitStore
import Posix
import Releases
import Staging
import TestSupport
import Testing

@Suite("Keeping", .scratch(.memory), .timeLimit(.minutes(1)))
struct KeeperTests {
    private let start = Timestamp(seconds: 1_800_000_000)

    /// Publishes so many commits one after another; the oldest first.
    private func deploy(_ count: Int, _ root: Root) throws -> [Release] {
        var releases: [Release] = []
        for number in 1...count {
            let hash = try root.fixture.commit(["file": .text("\(number)\n"), "same": "same"])
            releases.append(try root.deploy(hash, from: releases.last))
        }
        return releases
    }

    private func keeper(_ root: Root, _ timeout: Duration = .zero) -> Keeper {
        Keeper(layout: root.layout, cleaner: root.cleaner, staleTimeout: timeout)
    }

    @Test(
        "without a stale timeout a replaced directory goes at once, with git's record of it",
        arguments: PublishMode.allCases)
    func removedAtOnce(mode: PublishMode) throws {
        let root = try Root(mode: mode)
        let releases = try deploy(3, root)
        let live = try #require(try root.publisher.current())
        let result = try keeper(root).keep(
            live: live, previous: [], retired: [], LocalJobs(root.layout), .after(.seconds(60)), now: start)
        #expect(Set(result.removed) == Set(releases.dropLast().map(\.commit)))
        #expect(result.retired == [])
        #expect(result.nextExpiry == nil)
        #expect(try TestFiles.list(root.layout.releases) == (mode == .symlink ? ["\(live.commit)"] : []))
        try root.cleaner.finish(Root.soon)
        #expect(try TestFiles.list(root.layout.staging) == ["trash"])
        #expect(try TestFiles.list(root.layout.staging + "/trash") == [])
        #expect(try TestFiles.list(root.layout.gitDirectory + "/worktrees") == ["\(live.commit)"])
        try root.expectServed("\(live.commit)")
        try root.expectClean()
    }

    @Test("with a stale timeout it stays so long, across restarts")
    func staysForAWhile() throws {
        let root = try Root()
        let releases = try deploy(2, root)
        let keeper = keeper(root, .seconds(60))
        let first = try keeper.keep(
            live: releases[1], previous: [], retired: [], LocalJobs(root.layout), .after(.seconds(60)), now: start)
        let retired = RetiredRelease(commit: releases[0].commit, since: start)
        #expect(first.retired == [retired])
        #expect(first.nextExpiry == Timestamp(seconds: start.seconds + 60))
        let early = Timestamp(seconds: start.seconds + 59)
        let second = try keeper.keep(
            live: releases[1], previous: [], retired: [retired], LocalJobs(root.layout), .after(.seconds(60)),
            now: early)
        #expect(second.retired == [retired])
        #expect(TestFiles.exists(releases[0].path))
        let late = Timestamp(seconds: start.seconds + 60)
        let third = try keeper.keep(
            live: releases[1], previous: [], retired: [retired], LocalJobs(root.layout), .after(.seconds(60)), now: late
        )
        #expect(third.removed == [releases[0].commit])
        #expect(!TestFiles.exists(releases[0].path))
        try root.cleaner.finish(Root.soon)
    }

    @Test("a clock that was set back does not keep a directory for years")
    func clockSetBack() throws {
        let root = try Root()
        let releases = try deploy(2, root)
        let future = RetiredRelease(
            commit: releases[0].commit, since: Timestamp(seconds: start.seconds + 1_000_000_000))
        let result = try keeper(root, .seconds(60)).keep(
            live: releases[1], previous: [], retired: [future], LocalJobs(root.layout), .after(.seconds(60)), now: start
        )
        #expect(result.retired.map(\.since) == [start])
    }

    @Test("commits that can be gone back to need no network, even when their directories are gone and all else too")
    func goingBack() throws {
        let root = try Root()
        let releases = try deploy(4, root)
        let live = releases[3]
        let previous = [releases[2].commit, releases[0].commit]
        let store = try ObjectStore.open(root.layout.gitDirectory)
        let first = try keeper(root).keep(
            live: live, previous: previous, retired: [], LocalJobs(root.layout), .after(.seconds(60)), now: start)
        #expect(first.released == [])
        #expect(try store.kept == (previous + [live.commit]).sorted())
        _ = try Compaction(layout: root.layout, mode: .always).runIfNeeded(
            store, live: live.commit, deadline: Root.soon)
        #expect(!store.contains(releases[1].commit))
        try Files.removeTree(root.fixture.path)
        let stager = Stager(layout: root.layout, objects: store)
        for commit in previous {
            let back = try root.publisher.publish(
                try stager.install(try stager.stage(commit, from: live, deadline: Root.soon)))
            let number = try #require(releases.firstIndex { $0.commit == commit }) + 1
            #expect(try TestFiles.text(root.layout.link + "/file") == "\(number)\n")
            #expect(try stager.verify(back, .full, deadline: Root.soon) == [])
        }
        let second = try keeper(root).keep(
            live: live, previous: [releases[2].commit], retired: [], LocalJobs(root.layout), .after(.seconds(60)),
            now: start)
        #expect(second.released == [releases[0].commit])
    }

    @Test("what is live is never removed, whatever the lists say")
    func liveStays() throws {
        let root = try Root()
        let releases = try deploy(2, root)
        let live = releases[1]
        let store = try ObjectStore.open(root.layout.gitDirectory)
        let old = RetiredRelease(commit: live.commit, since: Timestamp(seconds: 0))
        let result = try keeper(root).keep(
            live: live, previous: [], retired: [old], LocalJobs(root.layout), .after(.seconds(60)), now: start)
        #expect(!result.removed.contains(live.commit))
        #expect(try store.kept == [live.commit])
        try root.expectServed("\(live.commit)")
    }

    @Test("removing a big release does not keep a publish waiting")
    func publishDoesNotWait() throws {
        let root = try Root()
        let big = try root.deploy(try root.fixture.manyFiles(20_000, bytesEach: 20))
        let small = try root.deploy(try root.fixture.commit(["only": "file"], replacing: true))
        let began = ContinuousClock.now
        _ = try keeper(root).keep(
            live: small, previous: [], retired: [], LocalJobs(root.layout), .after(.seconds(60)), now: start)
        #expect(ContinuousClock.now - began < .milliseconds(100))
        #expect(!TestFiles.exists(big.path))
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
            _ = try Keeper(layout: root.layout, cleaner: root.cleaner).keep(
                live: live, previous: [], retired: [], LocalJobs(root.layout), .after(.seconds(60)), now: .now())
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
