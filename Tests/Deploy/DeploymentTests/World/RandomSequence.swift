import Deployment
import GitObjects
import Glibc

/// A sequence that a number decides.
struct RandomSequence {
    /// How many are drawn.
    static let count = 150

    /// `SEQUENCE_SEED` in the environment, or another one each time.
    static var seed: UInt64 {
        unsafe getenv("SEQUENCE_SEED").flatMap { unsafe UInt64(String(cString: $0)) } ?? .random(in: 0...1_000_000_000)
    }

    private let seed: UInt64
    private var state: UInt64

    init(_ seed: UInt64) {
        (self.seed, state) = (seed, seed)
    }

    /// A number below a bound, by SplitMix64.
    private mutating func next(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ (mixed >> 31)) % UInt64(max(1, bound)))
    }

    /// Runs it, and says what was wrong.
    func run() -> [String] {
        var draw = self
        let steps = draw.steps()
        let events = (0..<draw.next(3)).map { _ in (2 + draw.next(6), 1 + draw.next(20), 3 + draw.next(6)) }
        let kills = draw.next(4) == 0 ? nil : draw.next(60 * steps.count / 2)
        let secondKill = draw.next(2) == 0 ? nil : draw.next(60)
        let moods = (2...8).map { _ in draw.next(8) }
        let hasApplication = draw.next(5) > 0
        let world = World()
        world.hasApplication = hasApplication
        world.hasPrepareCommand = draw.next(2) == 0
        world.settings.staleTimeout = .seconds(draw.next(2) * 100)
        for (number, mood) in zip(2...8, moods) {
            let commit = World.commit(number)
            switch mood {
            case 0: world.behaviours[commit] = .fails
            case 1: world.behaviours[commit] = .ignores
            case 2: world.behaviours[commit] = .silent(1000)
            case 3: world.behaviours[commit] = .silent(20)
            case 4: world.invalid.insert(commit)
            case 5: world.behaviours[commit] = .untold
            default: break
            }
        }
        world.duringConfirm = events.map { event in
            (World.commit(event.0), event.1, { $0.push(World.commit(event.2)) })
        }
        world.strike = kills.map { .kill($0) }
        let words = steps.map(\.description).joined(separator: ", ")
        let driver = Driver(world, "SEQUENCE_SEED=\(seed) kill \(kills ?? -1) (\(words))")
        driver.secondKill = secondKill
        driver.run(steps)
        return driver.problems
    }

    private mutating func steps() -> [Step] {
        var steps: [Step] = [.push(1), .settle]
        for _ in 0..<(4 + next(10)) {
            switch next(14) {
            case 0...3:
                steps.append(.push(1 + next(8)))
                steps.append(next(3) == 0 ? .attempt : .settle)
            case 4: steps.append(.attempt)
            case 5: steps.append(.restart)
            case 6: steps.append(.goBack(to: 1 + next(8)))
            case 7: steps.append(.attempt(next(2) == 0 ? .resume(nil) : .sync))
            case 8:
                steps.append(
                    .change("edit") { world in
                        if case .release(let commit) = world.link { world.directories[commit]?.isEdited = true }
                    })
                steps.append(.look)
            case 9:
                steps.append(.change("delete the link") { $0.link = .nothing })
                steps.append(next(2) == 0 ? .look : .restart)
            case 10:
                steps.append(.change("no network") { $0.isOnline = false })
                steps.append(.attempt)
                steps.append(.change("network") { $0.isOnline = true })
            case 11:
                steps.append(
                    .change("break") { world in
                        if case .release(let commit) = world.link { world.directories[commit]?.isBroken = true }
                    })
                steps.append(.look)
                steps.append(.settle)
            case 12: steps.append(.wait(seconds: 200))
            default: steps.append(.settle)
            }
        }
        return steps
    }
}
