internal import Posix
internal import TestSupport

/// Kills a syncing program at random moments and looks at what readers see.
struct KillBenchmark {
    private let kills: Int
    private let seed: UInt64
    private let place: String
    private let minutes: Int

    init(arguments: ArraySlice<String>) throws {
        var flags = try Arguments(arguments)
        kills = try flags.number("--kills", or: 500)
        seed = UInt64(try flags.number("--seed", or: 1))
        place = flags.texts("--on").last ?? "/dev/shm"
        minutes = try flags.number("--minutes", or: 3)
        try flags.end()
    }

    func run() throws {
        let program = try builtProgram("SyncLoop")
        for mode in ["symlink", "directory"] {
            let directory = try TestFiles.makeTemporaryDirectory(place + "/git-sidecar-kill")
            var test = try KillTest(in: directory, program: program, mode: mode, seed: seed)
            let outcome = try test.run(kills: kills / 2, deadline: .after(.seconds(60 * minutes / 2)))
            print("\(mode): \(outcome.kills) kills, \(outcome.killsAtWork) of them at work, seed \(seed)")
            for failure in outcome.failures { print("FAILED: \(failure); files in \(directory)") }
            if !outcome.failures.isEmpty { throw SystemError(code: 5, operation: "survive") }
            try TestFiles.remove(directory)
        }
    }
}
