public import Posix

/// Kills a program that moves a root between commits, again and again, and looks after each kill at what readers see.
///
/// The moments come from a seed, so that a run can be repeated as far as the machine allows.
public struct KillTest {
    /// What became of it.
    public struct Outcome: Sendable {
        /// How often the program was killed.
        public var kills = 0
        /// How often it had come beyond its start when it was killed.
        public var killsAtWork = 0
        /// What was wrong, for people; empty when all was well.
        public var failures: [String] = []
    }

    private let fixture: GitFixture
    private let directory: String
    private let program: String
    private let mode: String
    private let commits: [String]
    private var random: UInt64

    /// Prepares a repository with commits that differ in many ways, in a directory that is there.
    ///
    /// - Parameters:
    ///   - directory: where everything happens.
    ///   - program: the path of `SyncLoop`.
    ///   - mode: how it publishes, `symlink` or `directory`.
    ///   - seed: what decides the moments.
    /// - Throws: what the git program said.
    public init(in directory: String, program: String, mode: String, seed: UInt64) throws {
        self.directory = directory
        self.program = program
        self.mode = mode
        random = seed &* 2 &+ 1
        fixture = try GitFixture(at: directory + "/repository")
        var commits = [try fixture.manyFiles(300)]
        commits.append(try fixture.commit(["d0000/f0001.txt": "changed\n", "new/file": "new\n"]))
        var half: [String: GitFixture.File] = ["d0001": .text("a file in a directory's place\n")]
        for number in 0..<100 { half[GitFixture.manyFilesPath(number)] = .deleted }
        commits.append(try fixture.commit(half))
        commits.append(try fixture.commit(["new": .symlink("d0001"), "run": .executable(Array("#!/bin/sh\n".utf8))]))
        commits.append(try fixture.commit(["only": "file\n"], replacing: true))
        self.commits = commits
        for commit in commits {
            try fixture.git("worktree", "add", "--quiet", "--detach", expected(commit), commit)
        }
    }

    private func expected(_ commit: String) -> String { directory + "/expected-" + commit }
    private var root: String { directory + "/root" }
    private var progress: String { directory + "/progress" }

    /// Kills so often, or until the time is up.
    public mutating func run(kills: Int, deadline: Deadline) throws -> Outcome {
        var outcome = Outcome()
        var hasPublished = false
        while (outcome.kills < kills), outcome.failures.isEmpty, deadline.remaining > .zero {
            let before = size()
            let running = try start(outcome.kills)
            if outcome.kills % 10 == 0 {
                // Now and then it is let go on, to see that it does.
                try waitUntil("the program goes on: \(running.log)", within: .seconds(20)) {
                    size() >= before + 4 || !running.isRunning
                }
            } else {
                try deadline.capped(at: .seconds(1)).pause(.microseconds(next(below: 150_000)))
            }
            if !running.isRunning {
                outcome.failures.append("it ended by itself: \(running.log)")
                break
            }
            running.signal(9)
            running.stop()
            outcome.kills += 1
            if size() > before { outcome.killsAtWork += 1 }
            hasPublished = hasPublished || TestFiles.exists(root + "/link")
            if hasPublished, let failure = try look() { outcome.failures.append("kill \(outcome.kills): \(failure)") }
        }
        return outcome
    }

    private func start(_ number: Int) throws -> BackgroundProgram {
        try BackgroundProgram(
            [program, root, mode, fixture.path, progress] + commits, log: directory + "/log-\(number % 2)")
    }

    private func size() -> Int { (try? TestFiles.read(progress).count) ?? 0 }

    /// What is wrong with what readers see; nil when it is one of the commits, byte for byte.
    private func look() throws -> String? {
        let link = root + "/link"
        let commit: String
        if mode == "symlink" {
            guard let target = TestFiles.linkTarget(link) else { return "the link is gone" }
            commit = String(target.suffix(40))
        } else {
            guard let pointer = try? TestFiles.text(link + "/.git") else { return "the directory is gone" }
            commit = String(pointer.dropLast().suffix(40))
        }
        guard commits.contains(commit) else { return "the link leads to \(commit)" }
        let difference = try runProgram(
            ["diff", "--recursive", "--no-dereference", "--exclude=.git", expected(commit), link + "/"])
        return difference.status == 0 ? nil : "\(commit): \(difference.output) \(difference.errors)"
    }

    /// The next number of the sequence, small ones more often: what happens at the start is short.
    private mutating func next(below limit: UInt64) -> Int {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let value = (random >> 33) % limit
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(random >> 62 == 0 ? value / 8 : value)
    }
}

/// The path of a program of this package that was built together with this one.
public func builtProgram(_ name: String) throws(SystemError) -> String {
    let own = String(decoding: try Files.readSymbolicLink("/proc/self/exe"), as: UTF8.self)
    return own[...(own.lastIndex(of: "/") ?? own.startIndex)] + name
}
