internal import Posix
internal import TestSupport

/// Kills a syncing program at random moments and looks at what readers see.
struct KillBenchmark {
    private var kills = 500
    private var seed: UInt64 = 1
    private var place = "/dev/shm"
    private var minutes = 3

    init(arguments: ArraySlice<String>) {
        var rest = arguments
        while let name = rest.popFirst(), let value = rest.popFirst() {
            switch name {
            case "--kills": kills = Int(value) ?? kills
            case "--seed": seed = UInt64(value) ?? seed
            case "--on": place = value
            case "--minutes": minutes = Int(value) ?? minutes
            default: break
            }
        }
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
