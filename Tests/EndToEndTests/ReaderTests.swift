import Posix
import Synchronization
import TestSupport
import Testing

@Suite("Readers", .endToEnd, .timeLimit(.minutes(5)))
struct ReaderTests {
    /// Reads two files of one release, again and again, until it is told to stop.
    private final class Reader: Sendable {
        private let isStopped = Atomic(false)
        private let found = Mutex<(looks: Int, mistakes: [String])>((0, []))

        var looks: Int { found.withLock { $0.looks } }

        func stop() -> [String] {
            isStopped.store(true, ordering: .relaxed)
            return found.withLock { $0.mistakes }
        }

        func run(_ link: String) {
            while !isStopped.load(ordering: .relaxed) {
                var mistake: String?
                do {
                    // One look at the link; from there on the directory itself, as a server does it.
                    let directory = try FileDescriptor.openDirectory(link + "/")
                    let own = "/proc/self/fd/\(directory.number)"
                    let first = try TestFiles.text(own + "/a")
                    let second = try TestFiles.text(own + "/z/last")
                    if first != second { mistake = "a mix of \(first) and \(second)" }
                } catch {
                    mistake = "\(error)"
                }
                found.withLock { found in
                    found.looks += 1
                    if let mistake, found.mistakes.count < 5 { found.mistakes.append(mistake) }
                }
            }
        }
    }

    @Test(
        "a reader of the link never sees a mix or nothing, while 50 pushes go live",
        arguments: ["symlink", "directory"])
    func neverAMix(mode: String) throws {
        let site = try Site(["a": "0", "z/last": "0"])
        let sidecar = try site.start("--publish=\(mode)", "--period=10ms", "--stale-worktree-timeout=1m")
        try sidecar.waitFor("published")
        let reader = Reader()
        let thread = try NativeThread("reader") { reader.run(site.link) }
        defer {
            #expect(reader.stop() == [])
            thread.join()
        }
        for number in 1...50 {
            let text = GitFixture.File.text("\(number)")
            try site.repository.commit(["a": text, "z/last": text])
            try waitUntil("push \(number) is live") { site.read("a") == "\(number)" }
        }
        #expect(reader.looks > 500)
        #expect(try sidecar.stop() == 0)
    }
}
