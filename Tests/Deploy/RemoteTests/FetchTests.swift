import GitObjects
import GitProtocol
import GitStore
import Posix
import TestSupport
import Testing

@testable import Remote

/// What is asked of a store, one after the other.
struct FetchCase: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// The depth of each fetch; a new commit is pushed before each but the first where `pushes` says so.
    var depths: [Int]
    var pushes: Bool

    static let all = [
        FetchCase(testDescription: "full", depths: [0], pushes: false),
        FetchCase(testDescription: "full, then increments", depths: [0, 0, 0], pushes: true),
        FetchCase(testDescription: "shallow", depths: [1], pushes: false),
        FetchCase(testDescription: "shallow, then increments", depths: [1, 1, 1], pushes: true),
        FetchCase(testDescription: "deeper increments", depths: [3, 3, 3], pushes: true),
        FetchCase(testDescription: "deepen", depths: [1, 2, 4], pushes: false),
        FetchCase(testDescription: "deepen while it moves", depths: [1, 3, 5], pushes: true),
        FetchCase(testDescription: "unshallow", depths: [1, 0], pushes: false),
        FetchCase(testDescription: "unshallow while it moves", depths: [2, 0, 0], pushes: true),
        FetchCase(testDescription: "back and forth", depths: [1, 2, 1, 0, 2], pushes: false),
        FetchCase(testDescription: "back and forth while it moves", depths: [1, 2, 1, 0, 2, 1], pushes: true),
    ]
}

@Suite("Fetching", .scratch, .serialized)
struct FetchTests {
    @Test(
        "every transport brings exactly the history asked for", .timeLimit(.minutes(2)),
        arguments: TransportCase.allCases)
    func journeys(road: TransportCase) throws {
        let served = "\(Scratch.directory)/served"
        try TestFiles.makeDirectory(served)
        try road.open(serving: served) { way in
            for (number, journey) in FetchCase.all.enumerated() {
                let repository = "\(number).git"
                let fixture = try GitFixture(at: "\(served)/\(repository)")
                for index in 1...6 {
                    try fixture.commit(["counter": .text("\(index)\n"), "file-\(index)": .text("\(index)\n")])
                }
                let store = try ObjectStore.open("\(Scratch.directory)/store-\(number)")
                let oracle = StoreOracle(path: store.path)
                let remote = try way.remote(repository)
                var length = 6
                for (step, depth) in journey.depths.enumerated() {
                    if step > 0, journey.pushes {
                        length += 1
                        try fixture.commit(["counter": .text("\(length)\n")])
                    }
                    let result = try remote.sync("main", depth: depth, into: store)
                    try store.keep(result.commit)
                    #expect(result.commit.description == (try fixture.resolve("main")))
                    let expected = depth == 0 ? length : min(depth, length)
                    #expect(
                        try oracle.historyLength(of: result.commit) == expected,
                        "\(journey.testDescription), step \(step)")
                    try oracle.check(result.commit)
                }
                #expect(try (Files.statusIfPresent("\(store.path)/shallow") != nil) == (journey.depths.last != 0))
            }
        }
    }

    @Test("a fetch that finds everything there asks nobody and brings nothing", arguments: TransportCase.allCases)
    func nothingNew(road: TransportCase) throws {
        let fixture = try GitFixture(at: "\(Scratch.directory)/served/app.git")
        try fixture.commit(["a": "1\n"])
        try road.open(serving: "\(Scratch.directory)/served") { way in
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            let remote = try way.remote("app.git")
            #expect(try remote.sync("main", depth: 1, into: store).objects > 0)
            let again = try remote.sync("main", depth: 1, into: store)
            #expect(again.objects == 0 && again.bytes == 0)
        }
    }

    @Test(
        "branches, tags, annotated tags, HEAD, full names and hashes are all understood",
        arguments: TransportCase.allCases)
    func names(road: TransportCase) throws {
        let fixture = try GitFixture(at: "\(Scratch.directory)/served/app.git")
        let first = try fixture.commit(["a": "1\n"])
        try fixture.tag("light")
        try fixture.tag("signed", annotated: true)
        let second = try fixture.commit(["a": "2\n"])
        try fixture.branch("both", at: second)
        try fixture.tag("both", at: first)
        try fixture.branch("main2", at: first)
        try road.open(serving: "\(Scratch.directory)/served") { way in
            let remote = try way.remote("app.git")
            let names = [
                ("main", second), ("HEAD", second), ("light", first), ("signed", first), ("refs/tags/signed", first),
                ("refs/heads/main", second), ("both", first), ("heads/both", second), (second, second),
            ]
            for (name, hash) in names {
                let store = try ObjectStore.open("\(Scratch.directory)/store-\(name.replacing("/", with: "-"))")
                #expect(try remote.sync(name, depth: 1, into: store).commit.description == hash, "\(name)")
            }
        }
    }

    @Test("a reference that does not exist is named in the error", arguments: TransportCase.allCases)
    func missing(road: TransportCase) throws {
        let fixture = try GitFixture(at: "\(Scratch.directory)/served/app.git")
        try fixture.commit(["a": "1\n"])
        try road.open(serving: "\(Scratch.directory)/served") { way in
            let remote = try way.remote("app.git")
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            let error = #expect(throws: RemoteError.self) { try remote.sync("mainn", depth: 1, into: store) }
            #expect(error?.kind == .missingReference)
            #expect(error?.message == "couldn't find remote ref mainn")
        }
    }

    @Test("a repository without a commit says so", arguments: TransportCase.allCases)
    func empty(road: TransportCase) throws {
        _ = try GitFixture(at: "\(Scratch.directory)/served/app.git")
        try road.open(serving: "\(Scratch.directory)/served") { way in
            let remote = try way.remote("app.git")
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            let error = #expect(throws: RemoteError.self) { try remote.sync("HEAD", depth: 1, into: store) }
            #expect(error?.kind == .missingReference)
        }
    }

    @Test("a full hash that is no tip is fetched where the server allows it, and explained where it does not")
    func hashes() throws {
        let fixture = try GitFixture(at: "\(Scratch.directory)/served/app.git")
        let first = try fixture.commit(["a": "1\n"])
        try fixture.commit(["a": "2\n"])
        let unknown = String(repeating: "12", count: 20)
        for road in TransportCase.allCases {
            try road.open(serving: "\(Scratch.directory)/served") { way in
                let remote = try way.remote("app.git")
                let store = try ObjectStore.open("\(Scratch.directory)/\(road)")
                if road.speaksVersion2 || road == .local {
                    #expect(try remote.sync(first, depth: 1, into: store).commit.description == first)
                    let error = #expect(throws: RemoteError.self) { try remote.sync(unknown, depth: 1, into: store) }
                    #expect(error?.description.contains(unknown) == true, "\(road)")
                } else {
                    // Over HTTP, where each request stands alone, git gives out whatever a reference leads to.
                    let asked = road == .sshVersion0 ? first : unknown
                    let error = #expect(throws: RemoteError.self) { try remote.sync(asked, depth: 1, into: store) }
                    #expect(error?.hint?.contains("uploadpack.allowReachableSHA1InWant") == true, "\(road)")
                }
            }
        }
    }
}
