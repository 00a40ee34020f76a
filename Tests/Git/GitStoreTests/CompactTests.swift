import GitFiles
import GitObjects
import GitStore
import Posix
import Testing

@Suite("Compacting a store")
struct CompactTests {
    let fixture: Fixture
    let store: ObjectStore

    /// A store that got four commits in four packs, shallow ones first.
    init() throws {
        fixture = try Fixture()
        try fixture.shell(
            """
            git init -q -b main repo
            cd repo
            seq 3000 > numbers
            for i in 1 2 3 4; do echo $i > file; echo $i >> numbers; git add .; git commit -qm $i; done
            """)
        store = try ObjectStore.open(fixture.path + "/root/.git")
        let source = try SourceRepository.open(fixture.path + "/repo")
        for revision in ["main~3", "main~2", "main~1", "main"] {
            _ = try source.copy(
                wants: [try fixture.id(revision)], to: store, haves: [try fixture.id("main")], depth: 1,
                deadline: .after(.seconds(30)))
        }
    }

    private func compact(_ roots: [String], searchingDeltas: Bool = false, isPartial: Bool = false) throws
        -> CompactionResult
    {
        let roots = try roots.map { try fixture.id($0) }
        for root in roots { try store.keep(root) }
        return try store.compact(
            keeping: roots, isPartial: isPartial, searchingDeltas: searchingDeltas, deadline: .after(.seconds(30)))
    }

    @Test("one pack is left, with what belongs to the roots and nothing else", arguments: [false, true])
    func compact(searchingDeltas: Bool) throws {
        #expect(try store.statistics().packs == 4)
        let result = try compact(["main", "main~1"], searchingDeltas: searchingDeltas)
        #expect(result.removedPacks == 4)
        let statistics = try store.statistics()
        #expect(statistics.packs == 1)
        #expect(statistics.packedObjects == result.pack?.progress.totalObjects)
        let head = try fixture.id("main")
        #expect(try store.commit(head).subject == "4")
        #expect(!store.contains(try fixture.id("main~2")))
        #expect(!store.contains(try fixture.id("main~3:file")))
        #expect(try store.shallow == [try fixture.id("main"), try fixture.id("main~1")])
        try fixture.git("fsck", "--strict", "--full", in: "root")
        let count = try fixture.git("rev-list", "--objects", "--all", "--count", in: "root")
        #expect(Int(count) == statistics.packedObjects)
    }

    @Test("doing it again changes nothing")
    func twice() throws {
        let first = try compact(["main"])
        let second = try compact(["main"])
        #expect(second.pack?.name == first.pack?.name)
        #expect(second.removedPacks == 0)
        try fixture.git("fsck", "--strict", "--full", in: "root")
    }

    @Test("without roots the store is empty afterwards")
    func nothing() throws {
        let result = try compact([])
        #expect(result.pack == nil)
        let statistics = try store.statistics()
        #expect(statistics.packs == 0)
        #expect(statistics.packedBytes == 0)
    }

    @Test("loose objects go: into the pack, or away")
    func loose() throws {
        try fixture.shell(
            "cd root; git unpack-objects -q < $(ls .git/objects/pack/*.pack | head -1); echo x | git hash-object -w --stdin"
        )
        let result = try compact(["main"])
        #expect(result.removedLooseObjects > 0)
        #expect(try store.statistics().looseObjects == 0)
        try fixture.git("fsck", "--strict", "--full", in: "root")
    }

    @Test("an object that is missing stops it before anything is removed")
    func missing() throws {
        let before = try store.statistics()
        try fixture.shell(
            "cd repo; echo 5 > file; git commit -qam 5; cp -r .git/objects/$(git rev-parse HEAD | cut -c1-2) ../root/.git/objects/"
        )
        let error = #expect(throws: GitError.self) { try compact(["main", "main~3"]) }
        #expect(error?.code == .notFound)
        #expect(try store.statistics().packs == before.packs)
    }

    @Test("a store without blobs is compacted where that is how it was filled")
    func partial() throws {
        let partial = try ObjectStore.open(fixture.path + "/partial/.git")
        let source = try SourceRepository.open(fixture.path + "/repo")
        let head = try fixture.id("main")
        _ = try source.copy(wants: [head], to: partial, filter: .withoutBlobs, deadline: .after(.seconds(30)))
        #expect(throws: GitError.self) { try partial.compact(keeping: [head], deadline: .after(.seconds(30))) }
        let result = try partial.compact(keeping: [head], isPartial: true, deadline: .after(.seconds(30)))
        #expect(result.pack?.progress.totalObjects == 8)
    }

    @Test("what git derives from several packs goes with them")
    func derived() throws {
        try fixture.shell(
            "cd root; git multi-pack-index write; git commit-graph write --stdin-packs < /dev/null || true")
        _ = try compact(["main"])
        try fixture.git("log", "-1", "--format=%H", "\(fixture.id("main"))", in: "root")
        try fixture.git("fsck", "--full", in: "root")
    }
}
