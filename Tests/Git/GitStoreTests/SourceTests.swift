import GitFiles
import GitObjects
import GitStore
import Posix
import Testing

@Suite("Reading another repository")
struct SourceTests {
    let fixture: Fixture

    init() throws {
        fixture = try Fixture()
        // A history with a merge, tags, directories and a branch that is not merged.
        try fixture.shell(
            """
            git init -q -b main repo
            cd repo
            mkdir -p a/b
            for i in 1 2 3 4 5; do
                echo $i > a/b/counter; echo $i > "file $i"; git add .; git commit -qm "main $i"
                test $i = 2 && git branch side
            done
            git tag -am tagged v1 HEAD~1
            git checkout -q side
            for i in 1 2 3; do echo $i > side; git add .; git commit -qm "side $i"; done
            git checkout -q main
            git merge -q -m merged side
            git checkout -q -b open
            echo open > open; git add .; git commit -qm open
            git checkout -q main
            """)
    }

    private func copy(_ names: [String], to root: String, depth: Int = 0, haves: [ObjectID] = []) throws -> CopyResult {
        let source = try SourceRepository.open(fixture.path + "/repo")
        let store = try ObjectStore.open(fixture.path + "/\(root)/.git")
        let wants = try names.map { try fixture.id($0) }
        let result = try source.copy(
            wants: wants, to: store, haves: haves, depth: depth, deadline: .after(.seconds(30)))
        for want in wants { try store.keep(want) }
        return result
    }

    @Test(
        "references name what a server lists; what a tag means is known where git has noted it",
        arguments: [false, true])
    func references(packed: Bool) throws {
        if packed { try fixture.git("pack-refs", "--all") }
        let repository = try LocalRepository.open(fixture.path + "/repo")
        for line in try fixture.shell("git ls-remote repo").split(separator: "\n") {
            let parts = line.split(separator: "\t").map(String.init)
            let name = parts[1].hasSuffix("^{}") ? String(parts[1].dropLast(3)) : parts[1]
            let reference = try #require(try repository.reference(named: name), "\(name)")
            if name == parts[1] {
                #expect("\(reference.id)" == parts[0])
            } else {
                #expect(reference.peeled.map { "\($0)" } == (packed ? parts[0] : nil))
            }
        }
        #expect(try repository.reference(named: "HEAD")?.symbolicTarget == "refs/heads/main")
        #expect(try repository.reference(named: "refs/heads/none") == nil)
    }

    @Test("a broken reference does not hide the others")
    func brokenReference() throws {
        try fixture.shell("echo nonsense > repo/.git/refs/heads/broken")
        let repository = try LocalRepository.open(fixture.path + "/repo")
        #expect(throws: GitError.self) { try repository.reference(named: "refs/heads/broken") }
        #expect(try repository.reference(named: "refs/heads/main") != nil)
    }

    @Test("what a repository borrows objects from is known, over several steps")
    func directories() throws {
        try fixture.shell("git clone -q --bare -s repo b1 && git clone -q -s b1 b2")
        let path = fixture.path
        let found = try LocalRepository.open("\(path)/b2").directories
        #expect(found == ["\(path)/b2/.git", "\(path)/b1/objects", "\(path)/repo/.git/objects"])
    }

    @Test(
        "a repository is found the way git finds it",
        arguments: [
            ("true", "repo"), ("true", "repo/.git"), ("git clone -q --bare repo bare.git", "bare"),
            ("git clone -q --bare repo bare.git", "bare.git"), ("git -C repo worktree add -q ../tree side", "tree"),
            ("git clone -q --separate-git-dir=apart repo linked", "linked"),
            ("git clone -q --shared repo borrowing", "borrowing"),
            ("git clone -q --bare -s repo b1 && git clone -q -s b1 b2", "b2"),
        ])
    func places(script: String, path: String) throws {
        try fixture.shell(script)
        let source = try SourceRepository.open("\(fixture.path)/\(path)")
        let expected = try fixture.shell("git ls-remote ./\(path) HEAD").prefix(40)
        let head = try #require(try source.files.reference(named: "HEAD"))
        #expect("\(head.id)" == expected)
        let store = try ObjectStore.open(fixture.path + "/root/.git")
        _ = try source.copy(wants: [head.id], to: store, deadline: .after(.seconds(30)))
        try store.keep(head.id)
        try fixture.git("fsck", "--strict", in: "root")
    }

    @Test("there is no repository in a plain directory")
    func missing() throws {
        let error = #expect(throws: GitError.self) { try SourceRepository.open(fixture.path) }
        #expect(error?.code == .missing)
    }

    @Test(
        "depths one after another give the history and the shallow file that git gives",
        arguments: [
            [1], [2], [3], [0], [1, 2], [2, 1], [1, 3, 1, 0], [1, 2, 1, 0], [4, 2, 3], [0, 1], [100], [1, 100],
        ])
    func depths(depths: [Int]) throws {
        try fixture.shell("git init -q peer")
        for depth in depths {
            let shallow = try fixture.shell("test -f peer/.git/shallow && echo yes || true") == "yes\n"
            let option = depth > 0 ? "--depth=\(depth)" : shallow ? "--unshallow" : "--quiet"
            try fixture.shell("git -C peer fetch -q --no-tags --update-shallow \(option) file://$PWD/repo main:main")
            _ = try copy(["main"], to: "root", depth: depth, haves: depth == depths[0] ? [] : [try fixture.id("main")])
            let lines = try fixture.shell("sort peer/.git/shallow 2> /dev/null || true")
            #expect(try fixture.shell("sort root/.git/shallow 2> /dev/null || true") == lines)
            let count = try fixture.git("rev-list", "--count", "main", in: "peer")
            #expect(try fixture.git("rev-list", "--count", "\(fixture.id("main"))", in: "root") == count)
            try fixture.git("fsck", "--strict", "--connectivity-only", in: "root")
        }
    }

    @Test("a second copy sends only what is new")
    func incremental() throws {
        _ = try copy(["main~1"], to: "root", depth: 1)
        let old = try fixture.id("main~1")
        let result = try copy(["main"], to: "root", depth: 1, haves: [old])
        let expected = try fixture.git("rev-list", "--objects", "--count", "main", "^main~1", "--max-count=1")
        #expect(result.pack?.progress.totalObjects == Int(expected))
        #expect(try copy(["main"], to: "root", depth: 1, haves: [old]).pack == nil)
        try fixture.git("fsck", "--strict", in: "root")
    }

    @Test("a tag comes with the commit that it means")
    func tag() throws {
        _ = try copy(["v1"], to: "root", depth: 1)
        let store = try ObjectStore.openExisting(fixture.path + "/root/.git")
        #expect(try store.peel(try fixture.id("v1")) == (try fixture.id("v1^{commit}")))
    }

    @Test("a source that is shallow itself passes its end on")
    func shallowSource() throws {
        try fixture.shell("git clone -q --depth 2 file://$PWD/repo shallow")
        let source = try SourceRepository.open(fixture.path + "/shallow")
        let store = try ObjectStore.open(fixture.path + "/root/.git")
        let head = try fixture.id("main")
        _ = try source.copy(wants: [head], to: store, deadline: .after(.seconds(30)))
        try store.keep(head)
        #expect(try store.shallow == (try source.files.shallow))
        try fixture.git("fsck", "--strict", in: "root")
    }

    @Test(
        "filters leave out what they say, and a copy without one fills it in",
        arguments: [
            (ObjectFilter.withoutBlobs, "blob:none"), (.withoutTrees, "tree:0"),
        ])
    func filters(filter: ObjectFilter, name: String) throws {
        let source = try SourceRepository.open(fixture.path + "/repo")
        let store = try ObjectStore.open(fixture.path + "/root/.git")
        let head = try fixture.id("main")
        let result = try source.copy(wants: [head], to: store, filter: filter, deadline: .after(.seconds(30)))
        let expected = try fixture.git("rev-list", "--objects", "--filter=\(name)", "main")
        #expect(result.pack?.progress.totalObjects == expected.split(separator: "\n").count)
        let blob = try fixture.id("main:a/b/counter")
        #expect(!store.contains(blob))
        _ = try source.copy(wants: [blob], to: store, deadline: .after(.seconds(30)))
        #expect(store.contains(blob))
        _ = try source.copy(wants: [head], to: store, deadline: .after(.seconds(30)))
        try store.keep(head)
        try fixture.git("fsck", "--strict", in: "root")
    }

    @Test(
        "packed objects and deltas are taken over as they are, and arrive whole",
        arguments: [
            "repack -qadf", "repack -qadfF --depth=4000 --window=250", "-c pack.indexVersion=1 repack -qadf",
            "-c pack.compression=0 repack -qadf", "-c repack.useDeltaBaseOffset=false repack -qadf",
        ])
    func packedSource(command: String) throws {
        try fixture.shell(
            """
            cd repo
            for i in 1 2 3 4 5 6 7 8; do seq $i 3000 > numbers; git add .; git commit -qm "numbers $i"; done
            head -c 300000 /dev/urandom > random; git add .; git commit -qm random
            git \(command)
            """)
        let result = try copy(["main", "v1"], to: "root")
        #expect(try #require(result.pack).progress.totalDeltas > (command.contains("indexVersion") ? -1 : 0))
        try fixture.git("fsck", "--strict", "--full", in: "root")
        let count = try fixture.git("rev-list", "--objects", "--count", "main", "v1")
        #expect(try fixture.git("rev-list", "--objects", "--count", "--all", in: "root") == count)
        // A shallow copy leaves out the bases of some deltas.
        _ = try copy(["main"], to: "shallow", depth: 1)
        try fixture.git("fsck", "--strict", "--full", in: "shallow")
    }

    @Test("a damaged pack of the source is noticed")
    func damagedSource() throws {
        try fixture.shell(
            "cd repo; head -c 5000 /dev/urandom > random; git add .; git commit -qm random; git repack -qadf")
        let pack = try fixture.shell("ls repo/.git/objects/pack/*.pack").dropLast()
        try fixture.shell("chmod +w \(pack); printf 'damage' | dd of=\(pack) bs=1 seek=3000 conv=notrunc status=none")
        #expect(throws: GitError.self) { try copy(["main"], to: "root") }
    }

    @Test("large and empty files are copied byte for byte")
    func sizes() throws {
        try fixture.shell(
            """
            cd repo
            : > empty; head -c 3000000 /dev/urandom > random; head -c 70000000 /dev/zero > zeros
            git add . && git commit -qm sizes
            """)
        _ = try copy(["main"], to: "root", depth: 1)
        try fixture.git("fsck", "--strict", "--full", in: "root")
    }

    @Test("an object that the source does not have is an error that names it")
    func missingObject() throws {
        let blob = try fixture.git("rev-parse", "main:a/b/counter")
        try fixture.shell("rm -f repo/.git/objects/\(blob.prefix(2))/\(blob.dropFirst(2))")
        let error = #expect(throws: GitError.self) { try copy(["main"], to: "root", depth: 1) }
        #expect(error?.code == .notFound)
        #expect(error?.operation == "read object \(blob)")
        #expect(try fixture.shell("ls root/.git/objects/pack") == "")
    }

    @Test(
        "a copy ends at its deadline and its limit",
        arguments: [
            (PackLimits(maximumBytes: 200), Duration.seconds(30)), (PackLimits(), .zero),
        ])
    func ends(limits: PackLimits, duration: Duration) throws {
        let source = try SourceRepository.open(fixture.path + "/repo")
        let store = try ObjectStore.open(fixture.path + "/root/.git")
        let head = try fixture.id("main")
        #expect(throws: GitError.self) {
            try source.copy(wants: [head], to: store, limits: limits, deadline: .after(duration))
        }
        #expect(try fixture.shell("ls root/.git/objects/pack") == "")
    }
}

@Suite("Keeping commits")
struct ReferenceTests {
    @Test("kept commits are references that git sees; released ones are gone")
    func keep() throws {
        let fixture = try Fixture()
        try fixture.shell("git init -q -b main repo; cd repo; git commit -q --allow-empty -m one")
        let store = try ObjectStore.open(fixture.path + "/repo/.git")
        let commit = try fixture.id("HEAD")
        #expect(try store.kept == [])
        try store.keep(commit)
        try store.keep(commit)
        #expect(try store.kept == [commit])
        #expect(try fixture.git("for-each-ref", "refs/git-sidecar") == "\(commit) commit\trefs/git-sidecar/\(commit)")
        #expect(try store.reference(named: "refs/heads/main") == commit)
        try fixture.git("pack-refs", "--all")
        #expect(try store.kept == [commit])
        try store.release(commit)
        try store.release(commit)
        #expect(try store.kept == [])
        #expect(try fixture.git("for-each-ref", "refs/git-sidecar") == "")
    }

    @Test("the shallow file is replaced whole, whatever lock a killed git left")
    func shallow() throws {
        let fixture = try Fixture()
        let store = try ObjectStore.open(fixture.path + "/repo/.git")
        try fixture.shell("touch repo/.git/shallow.lock")
        let ids = Set(["11", "22"].compactMap { ObjectID(String(repeating: $0, count: 20)) })
        try store.replaceShallow(ids)
        #expect(try store.shallow == ids)
        try store.replaceShallow([])
        #expect(try store.shallow == [])
        #expect(try fixture.shell("ls repo/.git") == "HEAD\nconfig\nobjects\nrefs\nshallow.lock\n")
    }
}
