import GitObjects
import GitProtocol
import GitStore
import Posix
import Staging
import TestSupport
import Testing

@testable import Remote

/// Makes one attempt that must fail, and checks what every failure promises.
///
/// It ends with one line of text; nothing unfinished and no open file is left in the store, and the next fetch
/// into the same store succeeds. With a condition the attempt is made on a clock that runs ahead by ten seconds at a time
/// while the condition holds.
func failure(
    of way: TransportUse, _ repository: String, ref: String = "main", deadline: Duration = .seconds(20),
    maximumBytes: Int? = nil, runningAheadWhile condition: (@Sendable () -> Bool)? = nil,
    location: SourceLocation = #_sourceLocation
) throws -> RemoteError {
    let path = "\(Scratch.directory)/store-of-failure"
    let store = try ObjectStore.open(path)
    let remote = try way.remote(repository)
    func attempt(_ end: Deadline) throws {
        let found = try remote.resolve(RefQuery(ref), end)
        _ = try remote.fetch(
            found, FetchScope(depth: 1, maximumBytes: maximumBytes), into: try LocalJobs.destination(over: store), end)
    }
    let caught = #expect(throws: RemoteError.self, sourceLocation: location) {
        defer { remote.close() }
        guard let condition else { return try attempt(.after(deadline)) }
        let clock = TestClock()
        try clock.runAhead(by: .seconds(10), while: condition) { try attempt(clock.deadline(deadline)) }
    }
    let error = try #require(caught, sourceLocation: location)
    let text = error.description
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 }, sourceLocation: location)
    #expect(text.hasPrefix("cannot "), sourceLocation: location)

    let leftovers = try TestFiles.list("\(path)/objects/pack").filter { !$0.hasPrefix("pack-") }
    #expect(leftovers.isEmpty, sourceLocation: location)
    let open = try ProcessState.now().descriptors.values.filter { $0.contains(path) && $0.contains("pack_") }
    #expect(open.isEmpty, sourceLocation: location)
    try expectUsable(store, location)
    return error
}

/// Fetches a good repository into a store and has git check it.
func expectUsable(_ store: ObjectStore, _ location: SourceLocation) throws {
    let good = "\(Scratch.directory)/good.git"
    if !TestFiles.exists(good) { try GitFixture(at: good).commit(["good": "yes\n"]) }
    let result = try TransportUse.direct.remote(good).sync("main", depth: 1, into: store)
    #expect(throws: Never.self, sourceLocation: location) { try StoreOracle(path: store.path).check(result.commit) }
}
