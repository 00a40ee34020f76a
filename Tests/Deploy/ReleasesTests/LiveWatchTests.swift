import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Staging
import TestSupport
import Testing

@Suite("Watching the live release", .scratch(.memory), .timeLimit(.minutes(1)))
struct LiveWatchTests {
    private func watch(_ root: Root, _ edits: EditMode = .strict) throws -> (LiveWatch, Release) {
        let live = try root.deploy(try root.fixture.commit(Root.files))
        return (try LiveWatch(layout: root.layout, mode: root.mode, edits: edits, live: live), live)
    }

    /// One period: a whole pass in ten steps, and one more for what is rounded off.
    private func period(_ watch: inout LiveWatch) throws -> [String] {
        var found: Set<String> = []
        for _ in 0..<11 { found.formUnion(try watch.step(share: 0.1).map(\.description)) }
        return found.sorted()
    }

    @Test("nothing is found where nothing was done, pass after pass", arguments: PublishMode.allCases)
    func quiet(mode: PublishMode) throws {
        let root = try Root(mode: mode)
        var (watch, _) = try watch(root)
        for _ in 0..<3 { #expect(try period(&watch) == []) }
    }

    @Test(
        "every kind of damage is found within one period",
        arguments: [
            ("edited", "changed: d/b"), ("added", "added: d/e/new"), ("addedDirectory", "added: new"),
            ("between", "added: d-"), ("removed", "missing: d/b"), ("mode", "changed: run"),
            ("directoryMode", "changed: d/e/"), ("ownMode", "changed: ."),
            ("gone", "missing: "), ("link", "unpublished: "), ("linkGone", "unpublished: "), ("record", "unproven: "),
        ])
    func damage(_ damage: String, _ expected: String) throws {
        let root = try Root()
        var (watch, live) = try watch(root)
        // The first pass reads every directory; from the second on only those that changed.
        #expect(try period(&watch) == [])
        usleepForTick()
        #expect(try period(&watch) == [])
        switch damage {
        case "edited": try TestFiles.write("TWO", to: live.path + "/d/b")
        case "added": try TestFiles.write("x", to: live.path + "/d/e/new")
        case "addedDirectory": try TestFiles.makeDirectory(live.path + "/new/deep")
        case "between": try TestFiles.write("x", to: live.path + "/d-")
        case "removed": try Files.remove(live.path + "/d/b")
        case "mode": try Files.setPermissions(live.path + "/run", 0o644)
        case "directoryMode": try Files.setPermissions(live.path + "/d/e", 0o700)
        case "ownMode": try Files.setPermissions(live.path, 0o711)
        case "gone": try Files.removeTree(live.path)
        case "link": try AtomicSymlink.replace(target: "elsewhere", at: root.layout.link)
        case "linkGone": try Files.remove(root.layout.link)
        default: try Files.remove(live.path + "/.git")
        }
        #expect(try period(&watch) == [expected])
    }

    /// Lets the clock that stamps files tick, so that directories count as settled.
    private func usleepForTick() {
        let start = Timestamp.now()
        while start.secondsSince1970 + 0.06 > Timestamp.now().secondsSince1970 {}
    }

    @Test("what was added is no damage unless it is to be removed")
    func additionsStay() throws {
        let root = try Root()
        var (watch, live) = try watch(root, .repair)
        try TestFiles.write("x", to: live.path + "/d/new")
        try TestFiles.makeDirectory(live.path + "/cache/deep")
        for _ in 0..<3 { #expect(try period(&watch) == []) }
        try Files.remove(live.path + "/d/b")
        #expect(try period(&watch) == ["missing: d/b"])
    }

    @Test("what was added is found at each pass until it is gone")
    func addedStays() throws {
        let root = try Root()
        var (watch, live) = try watch(root)
        try TestFiles.write("x", to: live.path + "/d/new")
        for _ in 0..<3 { #expect(try period(&watch) == ["added: d/new"]) }
        try Files.remove(live.path + "/d/new")
        #expect(try period(&watch) == [])
    }

    @Test("what a command prepared is no damage, an edit of another file is")
    func prepared() throws {
        let root = try Root()
        let (_, live) = try watch(root)
        let store = try ObjectStore.open(root.layout.gitDirectory)
        try TestFiles.write("prepared", to: live.path + "/d/b")
        try TestFiles.write("prepared", to: live.path + "/built")
        try Stager(layout: root.layout, objects: store).acceptChanges(in: live, deadline: Root.soon)
        var watch = try LiveWatch(layout: root.layout, live: live)
        #expect(try period(&watch) == [])
        try TestFiles.write("edited", to: live.path + "/a.txt")
        #expect(try period(&watch) == ["changed: a.txt"])
    }

    /// A release whose record has several parts, and directories that begin and end inside of them.
    private func large(_ root: Root) throws -> (LiveWatch, Release) {
        var files: [String: GitFixture.File] = ["d-": "between a directory's name and its files"]
        for number in 0..<1400 { files["d/\(number)"] = .text("\(number)") }
        for number in 0..<300 { files["e\(number)/f"] = .text("\(number)") }
        let live = try root.deploy(try root.fixture.commit(files))
        let watch = try LiveWatch(layout: root.layout, mode: root.mode, edits: .strict, live: live)
        #expect(watch.files == files.count)
        #expect(watch.bytes == files.values.reduce(0) { $0 + UInt64($1.size) })
        return (watch, live)
    }

    @Test("a release with many files is watched by a record that is read in parts")
    func parts() throws {
        let root = try Root()
        var (watch, live) = try large(root)
        #expect(try period(&watch) == [])
        usleepForTick()
        #expect(try period(&watch) == [])
        try TestFiles.write("x", to: live.path + "/d/700-")
        try TestFiles.write("x", to: live.path + "/e299/new")
        try TestFiles.write("x", to: live.path + "/z")
        try TestFiles.write("edited", to: live.path + "/d/1399")
        try Files.remove(live.path + "/e0/f")
        let expected = ["added: d/700-", "added: e299/new", "added: z", "changed: d/1399", "missing: e0/f"]
        for _ in 0..<2 { #expect(try period(&watch) == expected) }
    }

    @Test("a record that is cut off in its place proves nothing, and ends nothing")
    func cut() throws {
        let root = try Root()
        var (watch, live) = try large(root)
        #expect(try period(&watch) == [])
        let record = "\(root.layout.gitDirectory)/worktrees/\(live.commit)/written-index"
        let bytes = try Files.read(record, limit: 1 << 20)
        try TestFiles.write(Array(bytes.prefix(100)), to: record)
        #expect(try period(&watch).contains("unproven: "))
        // Nor can it be watched anew before it is made again.
        #expect(throws: ReleaseError.self) {
            try LiveWatch(layout: root.layout, mode: root.mode, live: live)
        }
    }

    @Test("a repair ends the alarm")
    func repair() throws {
        let root = try Root()
        var (watch, live) = try watch(root)
        try TestFiles.write("TWO", to: live.path + "/d/b")
        #expect(try period(&watch) == ["changed: d/b"])
        let repaired = try Recovery(layout: root.layout, cleaner: root.cleaner, jobs: LocalJobs(root.layout)).prove(
            live, deadline: Root.soon)
        #expect(repaired.isVerified)
        #expect(repaired.damage == "changed: d/b")
        watch = try LiveWatch(layout: root.layout, live: live)
        #expect(try period(&watch) == [])
        try root.expectServed("\(live.commit)")
    }
}

extension GitFixture.File {
    fileprivate var size: Int {
        if case .regular(let bytes) = self { bytes.count } else { 0 }
    }
}
