import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Synchronization
import TestSupport
import Testing

@Suite("Readers of the link", .scratch(.memory), .timeLimit(.minutes(1)))
struct ReaderTests {
    /// Reads two files that belong together through the link until it is told to stop.
    private final class Reader: Sendable {
        let isStopped = Atomic<Bool>(false)
        let reads = Atomic<Int>(0)
        let failures = Mutex<[String]>([])

        func run(_ link: String) {
            while !isStopped.load(ordering: .relaxed) {
                do throws(SystemError) {
                    let directory = try FileDescriptor.openDirectory(link)
                    let first = try directory.open(entry: "a").readAll(limit: 100)
                    let second = try directory.open(entry: "d/b").readAll(limit: 100)
                    if first != second { failures.withLock { $0.append("\(first) and \(second)") } }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
                reads.wrappingAdd(1, ordering: .relaxed)
            }
        }
    }

    @Test("see no error and no mix of two releases in 1,000 publishes", arguments: PublishMode.allCases)
    func readers(mode: PublishMode) throws {
        let root = try Root(mode: mode)
        var commits: [ObjectID] = []
        for number in 0..<4 {
            let text = GitFixture.File.text("release \(number)\n")
            let release = try root.deploy(try root.fixture.commit(["a": text, "d/b": text]))
            commits.append(release.commit)
        }
        let reader = Reader()
        let link = root.layout.link
        var threads: [NativeThread] = []
        for _ in 0..<3 { threads.append(try NativeThread("reader") { reader.run(link) }) }
        defer {
            reader.isStopped.store(true, ordering: .relaxed)
            for thread in threads { thread.join() }
        }
        for number in 0..<1000 {
            let commit = commits[number % commits.count]
            try root.publisher.publish(Release(commit: commit, path: root.layout.directory(of: commit)))
            if number % 100 == 99 {
                // No publish is to slip by between two reads.
                let before = reader.reads.load(ordering: .relaxed)
                try waitUntil("a read") { reader.reads.load(ordering: .relaxed) > before + 3 }
            }
        }
        #expect(reader.failures.withLock { Array($0.prefix(5)) } == [])
        #expect(reader.reads.load(ordering: .relaxed) > 30)
    }
}
