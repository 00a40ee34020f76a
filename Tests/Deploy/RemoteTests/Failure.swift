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
/// It ends in time, with one line of text; nothing unfinished and no open file is left in the store, and the next fetch
/// into the same store succeeds.
func failure(
    of way: TransportUse, _ repository: String, ref: String = "main", deadline: Duration = .seconds(20),
    within limit: Duration = .seconds(10), maximumBytes: Int? = nil, location: SourceLocation = #_sourceLocation
) throws -> RemoteError {
    let path = "\(Scratch.directory)/store-of-failure"
    let store = try ObjectStore.open(path)
    let remote = try way.remote(repository)
    let start = ContinuousClock.now
    let caught = #expect(throws: RemoteError.self, sourceLocation: location) {
        defer { remote.close() }
        let end = Deadline.after(deadline)
        let found = try remote.resolve(RefQuery(ref), end)
        _ = try remote.fetch(
            found, FetchScope(depth: 1, maximumBytes: maximumBytes), into: try LocalJobs.destination(over: store), end)
    }
    let error = try #require(caught, sourceLocation: location)
    let time = ContinuousClock.now - start
    #expect(time < max(limit, deadline), sourceLocation: location)
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
