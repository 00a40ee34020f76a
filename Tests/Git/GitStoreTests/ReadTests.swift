import GitFiles
import GitObjects
import GitStore
import Testing

@Suite("Reading objects")
struct ReadTests {
    let fixture: Fixture
    let store: ObjectStore

    init() throws {
        fixture = try Fixture()
        try fixture.shell(
            """
            git init -q -b main repo
            cd repo
            mkdir -p deep/er
            echo hello > file
            echo more > deep/er/file
            printf '#!/bin/sh\\n' > run && chmod +x run
            ln -s file link
            git add .
            git update-index --add --cacheinfo 160000,0123456789012345678901234567890123456789,module
            git commit -qm 'First line
            and second

            A body.'
            git tag -am 'A tag' annotated
            git tag -am 'A tag of a tag' twice annotated
            git tag -am 'A tag of a tree' of-tree 'HEAD^{tree}'
            echo bye > file
            git commit -qm Second file
            """)
        store = try ObjectStore.openExisting(fixture.path + "/repo/.git")
    }

    @Test("a commit's fields are what git shows")
    func commit() throws {
        let first = try store.commit(try fixture.id("HEAD~1"))
        #expect(first.subject == "First line and second")
        #expect(first.authorName == "Ada Author")
        #expect(first.authorEmail == "ada@example.org")
        #expect(first.authorTime == 1_700_000_000)
        #expect(first.committerTime == 1_700_000_100)
        #expect(first.parents.isEmpty)
        let second = try store.commit(try fixture.id("HEAD"))
        #expect(second.parents == [first.id])
        #expect(second.tree == (try fixture.id("HEAD^{tree}")))
    }

    @Test("a tree's entries have git's names, modes and objects", arguments: [false, true])
    func tree(packed: Bool) throws {
        if packed { try fixture.git("repack", "-qad") }
        let entries = try store.tree(try fixture.id("HEAD^{tree}"))
        let lines = entries.map {
            "\(String($0.mode.octal, radix: 8)) \($0.id) \(String(decoding: $0.name, as: UTF8.self))"
        }
        let expected = try fixture.git("ls-tree", "--format=%(objectmode) %(objectname) %(path)", "HEAD")
        #expect(lines.map { $0.hasPrefix("40000") ? "0" + $0 : $0 }.joined(separator: "\n") == expected)
        #expect(entries.map(\.mode) == [.tree, .file, .symlink, .submodule, .executable])
    }

    @Test("a blob's bytes, size and kind come without copying it")
    func blob() throws {
        let id = try fixture.id("HEAD:file")
        #expect(try store.size(of: id) == 4)
        #expect(try store.kind(of: id) == .blob)
        let bytes = try store.withObject(id) { kind, bytes in
            #expect(kind == .blob)
            return bytes.indices.map { bytes[$0] }
        }
        #expect(bytes == Array("bye\n".utf8))
    }

    @Test("tags are peeled to their commit, through other tags", arguments: ["annotated", "twice", "HEAD~1"])
    func peel(name: String) throws {
        #expect(try store.peel(try fixture.id(name)) == (try fixture.id("HEAD~1")))
    }

    @Test("a tag of a tree has no commit")
    func peelTree() throws {
        let tag = try fixture.id("of-tree")
        #expect {
            try store.peel(tag)
        } throws: { error in
            "\(error)" == "cannot find the commit of \(tag): it is a tree, not a commit"
        }
    }

    @Test("an object that is not there is told as such")
    func missing() throws {
        let id = try #require(ObjectID("00000000000000000000000000000000000000aa"))
        #expect(!store.contains(id))
        #expect(!store.containsKnown(id))
        let error = #expect(throws: GitError.self) { try store.commit(id) }
        #expect(error?.code == .notFound)
        #expect(error?.operation == "read object \(id)")
    }

    @Test("a tree asked for as a commit is refused")
    func wrongKind() throws {
        let id = try fixture.id("HEAD^{tree}")
        let error = #expect(throws: GitError.self) { try store.commit(id) }
        #expect(error?.description == "cannot read commit \(id): it is a tree")
    }

    @Test(
        "damaged trees are an error, never a crash",
        arguments: [
            "100644 name", "100644 name\0short", "100644", "10064x a\0aaaaaaaaaaaaaaaaaaaa",
            "100644 \0aaaaaaaaaaaaaaaaaaaa",
            "777777777777777777777 a\0aaaaaaaaaaaaaaaaaaaa", " a\0aaaaaaaaaaaaaaaaaaaa",
            "100644 a/b\0aaaaaaaaaaaaaaaaaaaa",
            "10644 a\0aaaaaaaaaaaaaaaaaaaa", "\0", " ", "100644 a\0aaaaaaaaaaaaaaaaaaaa1",
        ])
    func damagedTree(content: String) throws {
        let bytes = Array(content.utf8)
        #expect(throws: MalformedObject.self) {
            var cursor = TreeCursor()
            while try cursor.advance(in: bytes.span) {}
        }
    }
}
