import Deployment
import GitObjects
import Testing

/// A sequence with a name, and what has to come of it, whatever the process was killed in.
struct Scenario: Sendable, CustomTestStringConvertible {
    let name: String
    /// How the world is before the start.
    var world: @Sendable (World) -> Void = { _ in }
    var steps: [Step]
    /// What may be live at the end; empty where nothing is.
    var live: Set<Int>
    /// What is held back at the end; nil where that depends on the moment of the kill.
    var heldBack: Set<Int>? = []
    /// How often these commits may be put at the link, when not any number of times.
    var mostSwaps: [Int: Int] = [:]
    /// Whether the sequence ends with nothing left to do.
    var getsQuiet = true
    /// Whether it takes the same end when the process is killed at any point.
    var isKillable = true

    var testDescription: String { name }

    /// Runs it, with a strike or without, and says what was wrong.
    func run(_ strike: World.Strike? = nil, secondKill: Int? = nil) -> (driver: Driver, problems: [String]) {
        let world = World()
        self.world(world)
        world.strike = strike
        let driver = Driver(world, "\(name) \(strike.map { "\($0)" } ?? "")", getsQuiet: getsQuiet)
        driver.secondKill = secondKill
        driver.run(steps)
        var problems = driver.problems
        func expect(_ condition: Bool, _ words: String) {
            if !condition { problems.append("\(name) \(strike.map { "\($0)" } ?? ""): \(words)") }
        }
        if case .error = strike { return (driver, problems) }
        let end = driver.state.live.map { Int($0.commit.short, radix: 16) ?? 0 }
        if let end {
            expect(live.contains(end), "\(end) is live at the end")
        } else {
            expect(live.isEmpty, "nothing is live at the end")
        }
        if let heldBack {
            let held = Set(driver.state.heldBack.map { Int($0.commit.short, radix: 16) ?? 0 })
            expect(held == heldBack, "held back at the end: \(held.sorted())")
        }
        for (commit, most) in mostSwaps {
            expect(driver.swaps(commit) <= most, "\(commit) was \(driver.swaps(commit)) times put at the link")
        }
        return (driver, problems)
    }
}
