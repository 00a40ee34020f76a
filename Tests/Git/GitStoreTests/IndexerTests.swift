import GitFiles
import GitObjects
import GitStore
import Posix
import Testing

@Suite("Taking in packs")
struct IndexerTests {
    let fixture: Fixture
    let store: ObjectStore

    init() throws {
        fixture = try Fixture()
        try fixture.shell(
            """
            git init -q -b main repo
            cd repo
            seq 2000 > numbers
            git add . && git commit -qm one
            seq 1990 > numbers
            git commit -qam two
            git rev-parse HEAD | git pack-objects -q --revs --stdout > ../whole.pack
            printf 'HEAD\\n^HEAD~1\\n' | git pack-objects -q --thin --revs --stdout > ../thin.pack
            git rev-parse HEAD~1 | git pack-objects -q --revs --stdout > ../first.pack
            git pack-objects -q --stdout < /dev/null > ../empty.pack
            """)
        store = try ObjectStore.open(fixture.path + "/root/.git")
    }

    /// The files in the store's pack directory.
    private func packFiles() throws -> [String] {
        try fixture.shell("ls -1 root/.git/objects/pack").split(separator: "\n").map(String.init)
    }

    private func index(
        _ bytes: [UInt8], slice: Int = .max, limits: PackLimits = PackLimits(), deadline: Deadline? = nil
    ) throws -> IndexedPack {
        var indexer = try store.indexPack(limits: limits, deadline: deadline)
        var rest = bytes[...]
        while !rest.isEmpty {
            let next = Array(rest.prefix(slice))
            try indexer.append(next.span)
            rest = rest.dropFirst(next.count)
        }
        return try indexer.finish()
    }

    @Test(
        "a pack's objects are in the store once it is finished, however its bytes arrive",
        arguments: [1, 7, 4096, .max])
    func whole(slice: Int) throws {
        let bytes = try fixture.bytes("whole.pack")
        let head = try fixture.id("HEAD")
        #expect(!store.contains(head))
        let pack = try index(bytes, slice: slice)
        #expect(store.contains(head))
        #expect(pack.progress.totalObjects == 6)
        #expect(pack.progress.indexedObjects == 6)
        #expect(pack.progress.totalDeltas == 1)
        #expect(pack.progress.receivedBytes == UInt64(bytes.count))
        let name = try #require(pack.name)
        #expect(try packFiles() == ["\(name).idx", "\(name).pack"])
        #expect(try fixture.shell("cmp whole.pack root/.git/objects/pack/\(name).pack") == "")
        #expect(try fixture.shell("stat -c %a root/.git/objects/pack/*") == "444\n444\n")
        try fixture.git("fsck", "--strict", in: "root")
        #expect(try fixture.git("rev-list", "--objects", "--count", "\(head)", in: "root") == "6")
    }

    @Test("a thin pack is completed from the store")
    func thin() throws {
        _ = try index(try fixture.bytes("first.pack"))
        let pack = try index(try fixture.bytes("thin.pack"))
        #expect(pack.progress.localObjects == 1)
        let head = try fixture.id("HEAD")
        #expect(try store.commit(head).subject == "two")
        try fixture.git("fsck", "--strict", in: "root")
        #expect(try fixture.git("cat-file", "-p", "\(head):numbers", in: "root").hasSuffix("1990"))
    }

    @Test("a thin pack whose base is missing is refused")
    func baseMissing() throws {
        let bytes = try fixture.bytes("thin.pack")
        #expect(throws: GitError.self) { try index(bytes) }
        #expect(try packFiles() == [])
    }

    @Test("an empty pack leaves nothing behind")
    func empty() throws {
        let pack = try index(try fixture.bytes("empty.pack"))
        #expect(pack.name == nil)
        #expect(try packFiles() == [])
    }

    @Test(
        "damaged packs are refused and leave nothing behind",
        arguments: [
            "head -c 11 whole.pack", "head -c 1000 whole.pack", "head -c -1 whole.pack", "head -c -20 whole.pack",
            "cat whole.pack whole.pack", "sed 's/PACK/KCAP/' whole.pack", "{ head -c -1 whole.pack; printf x; }",
            "{ head -c -1 empty.pack; printf x; }",
            "{ head -c 200 whole.pack; tr '\\000-\\377' '\\001-\\377\\000' < whole.pack | tail -c +201; }",
            "{ head -c 8 whole.pack; printf '\\000\\000\\000\\007'; tail -c +13 whole.pack; }",
            "{ head -c 8 whole.pack; printf '\\000\\000\\000\\005'; tail -c +13 whole.pack; }",
            "echo '<html>not a pack</html>'",
            "printf ''",
        ])
    func damaged(script: String) throws {
        try fixture.shell("\(script) > bad.pack")
        let bytes = try fixture.bytes("bad.pack")
        let error = #expect(throws: GitError.self) { try index(bytes) }
        #expect(error?.operation == "index the pack")
        #expect(try packFiles() == [])
        _ = try index(try fixture.bytes("whole.pack"))
    }

    @Test(
        "a pack with too many bytes or objects is refused before it is taken in",
        arguments: [
            PackLimits(maximumBytes: 100), PackLimits(maximumObjects: 5),
        ])
    func limits(limits: PackLimits) throws {
        let bytes = try fixture.bytes("whole.pack")
        let error = #expect(throws: GitError.self) { try index(bytes, slice: 50, limits: limits) }
        #expect(error?.code == .limitExceeded)
        #expect(try packFiles() == [])
    }

    @Test("a pack that announces four thousand million objects reserves no memory for them")
    func manyAnnounced() throws {
        let bytes: [UInt8] = Array("PACK".utf8) + [0, 0, 0, 2, 255, 255, 255, 255]
        let error = #expect(throws: GitError.self) { try index(bytes) }
        #expect(error?.description == "cannot index the pack: it announces 4294967295 objects; 50000000 are allowed")
    }

    @Test("a deadline that has passed ends the work")
    func deadline() throws {
        let bytes = try fixture.bytes("whole.pack")
        let error = #expect(throws: GitError.self) { try index(bytes, deadline: .after(.zero)) }
        #expect(error?.cause?.isTimeout == true)
        #expect(try packFiles() == [])
    }

    @Test("what the progress closure throws ends the work and comes out as it was")
    func progressThrows() throws {
        try fixture.shell("cd repo && for i in $(seq 400); do echo $i > f$i; done && git add . && git commit -qm many")
        try fixture.shell("cd repo && git rev-parse HEAD | git pack-objects -q --revs --stdout > ../many.pack")
        let bytes = try fixture.bytes("many.pack")
        let mine = GitError(code: .user, operation: "stop", message: "enough")
        var indexer = try store.indexPack { (_) throws(GitError) in throw mine }
        let error = #expect(throws: GitError.self) { try indexer.append(bytes.span) }
        #expect(error == mine)
    }

    @Test("an indexer that is dropped takes its temporary file with it")
    func dropped() throws {
        let bytes = try fixture.bytes("whole.pack")
        do {
            var indexer = try store.indexPack()
            try indexer.append(bytes.span.extracting(0..<100))
            #expect(try packFiles().count == 1)
        }
        #expect(try packFiles() == [])
    }

    /// Whether a file system can be mounted here.
    private static let canMount = (try? Fixture().shell("mkdir m; mount -t tmpfs none m; umount m")) != nil

    @Test("a full volume is an error that says so, and leaves nothing behind", .enabled(if: canMount))
    func full() throws {
        try fixture.shell(
            """
            head -c 2000000 /dev/urandom > repo/random
            cd repo; git add .; git commit -qm random
            git rev-parse HEAD | git pack-objects -q --revs --stdout > ../large.pack
            mkdir ../small; mount -t tmpfs -o size=1m none ../small
            """)
        defer { _ = try? fixture.shell("umount small") }
        let small = try ObjectStore.open(fixture.path + "/small/.git")
        let bytes = try fixture.bytes("large.pack")
        var indexer: PackIndexer? = try small.indexPack()
        let error = #expect(throws: GitError.self) { try indexer?.append(bytes.span) }
        #expect(error?.cause?.isDiskFull == true)
        indexer = nil
        #expect(try fixture.shell("ls small/.git/objects/pack") == "")
    }

    @Test("leftovers of killed runs are removed, and nothing else")
    func leftovers() throws {
        let pack = try #require(try index(try fixture.bytes("whole.pack")).name)
        let name = "pack-0000000000000000000000000000000000000000"
        try fixture.shell(
            """
            cd root/.git
            touch objects/pack/pack_git2_abc objects/pack/tmp_pack_abc objects/pack/\(name).pack
            touch shallow.lock HEAD.lock index.lock refs/.git-sidecar-tmp-1f .git-sidecar-tmp-1
            """)
        try RepositoryFiles.removeTemporaries(fixture.path + "/root/.git")
        #expect(try packFiles() == ["\(pack).idx", "\(pack).pack"])
        #expect(try fixture.shell("cd root/.git && find . -name '*.lock' -o -name '.git-sidecar-tmp-*'") == "")
        #expect(store.contains(try fixture.id("HEAD")))
    }
}
