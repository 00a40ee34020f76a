import Posix
import Releases
import TestSupport
import Testing

@Suite("Being killed", .scratch(.memory), .timeLimit(.minutes(2)))
struct KillTests {
    @Test(
        "readers see one whole release whenever we are killed, and the next start needs no help",
        arguments: PublishMode.allCases)
    func killed(mode: PublishMode) throws {
        let program = try builtProgram("SyncLoop")
        var test = try KillTest(in: Scratch.directory, program: program, mode: mode.rawValue, seed: 42)
        let outcome = try test.run(kills: 40, deadline: .after(.seconds(60)))
        #expect(outcome.failures == [])
        #expect(outcome.kills == 40)
        #expect(outcome.killsAtWork > 10)
    }
}
