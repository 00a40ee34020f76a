import Deployment
import GitObjects

private func c(_ number: Int) -> ObjectID { World.commit(number) }

/// Every transition that is promised.
///
/// Commits are numbers.
enum Scenarios {
    static let all = deployments + outages + delays + people + roots + others

    // A push and what becomes of it.
    private static let deployments: [Scenario] = [
        Scenario(name: "the first sync", steps: [.push(1), .settle], live: [1], mostSwaps: [1: 1]),
        Scenario(name: "a push", steps: [.push(1), .settle, .push(2), .settle], live: [2], mostSwaps: [1: 1, 2: 1]),
        Scenario(
            name: "three pushes, nothing to tell", world: { $0.hasApplication = false },
            steps: [.push(1), .settle, .push(2), .settle, .push(3), .settle, .restart, .settle], live: [3],
            mostSwaps: [1: 1, 2: 1, 3: 1]),
        Scenario(
            name: "a push with a prepare command", world: { $0.hasPrepareCommand = true },
            steps: [.push(1), .settle, .push(2), .settle], live: [2]),
        Scenario(
            name: "a release that does not prepare is never published",
            world: {
                $0.hasPrepareCommand = true
                $0.unprepared = [c(2)]
            }, steps: [.push(1), .settle, .push(2), .settle], live: [1], heldBack: [2], mostSwaps: [2: 0]),
        Scenario(
            name: "a bad push is taken back", world: { $0.behaviours[c(2)] = .fails },
            steps: [.push(1), .settle, .push(2), .settle, .restart, .settle], live: [1], heldBack: [2],
            mostSwaps: [2: 1]),
        Scenario(
            name: "a silent release is taken back", world: { $0.behaviours[c(2)] = .silent(1000) },
            steps: [.push(1), .settle, .push(2), .settle], live: [1], heldBack: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "a release that the application ignores is taken back", world: { $0.behaviours[c(2)] = .ignores },
            steps: [.push(1), .settle, .push(2), .settle], live: [1], heldBack: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "an application that is slow gets its time", world: { $0.behaviours[c(2)] = .silent(25) },
            steps: [.push(1), .settle, .push(2), .settle], live: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "an application that has to be restarted", world: { $0.behaviours[c(2)] = .needsRestart },
            steps: [.push(1), .settle, .push(2), .settle], live: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "validation rejects", world: { $0.invalid = [c(2)] },
            steps: [.push(1), .settle, .push(2), .settle, .restart, .settle], live: [1], heldBack: [2],
            mostSwaps: [2: 0]),
        Scenario(
            name: "the first commit does not validate", world: { $0.invalid = [c(1)] },
            steps: [.push(1), .settle, .push(2), .settle], live: [2], mostSwaps: [1: 0]),
        Scenario(
            name: "a commit whose objects end the worker is held back", world: { $0.crashing = [c(2)] },
            steps: [.push(1), .settle, .push(2), .settle, .restart, .settle], live: [1], heldBack: [2],
            mostSwaps: [2: 0]),
        Scenario(
            name: "two bad ones in a row",
            world: {
                $0.behaviours[c(2)] = .fails
                $0.behaviours[c(3)] = .ignores
            }, steps: [.push(1), .settle, .push(2), .settle, .push(3), .settle], live: [1], heldBack: [2, 3],
            mostSwaps: [2: 1, 3: 1]),
        Scenario(
            name: "two bad ones, the first stopped during its check",
            world: {
                $0.behaviours[c(2)] = .silent(1000)
                $0.behaviours[c(3)] = .fails
                $0.duringConfirm = [(c(2), 5, { $0.isStopping = true })]
            },
            steps: [
                .push(1), .settle, .push(2), .attempt, .change("go on", { $0.isStopping = false }), .push(3), .restart,
                .settle,
            ], live: [1], heldBack: nil, mostSwaps: [2: 1, 3: 1]),
        Scenario(
            name: "a good one after a bad one", world: { $0.behaviours[c(2)] = .fails },
            steps: [.push(1), .settle, .push(2), .settle, .push(3), .settle], live: [3], mostSwaps: [2: 1, 3: 1]),
        Scenario(
            name: "the first release is bad and has no way back", world: { $0.behaviours[c(1)] = .fails },
            steps: [.push(1), .settle, .push(2), .settle], live: [1, 2], heldBack: [], getsQuiet: false),
        Scenario(
            name: "without going back what is bad stays",
            world: {
                $0.settings.rollsBack = false
                $0.behaviours[c(2)] = .fails
            }, steps: [.push(1), .settle, .push(2), .attempt, .attempt, .push(3), .settle], live: [3]),
        Scenario(
            name: "the remote goes back by itself", steps: [.push(1), .settle, .push(2), .settle, .push(1), .settle],
            live: [1]),
    ]

    // A newer commit overtakes, and the clock of an outage.
    private static let outages: [Scenario] = [
        Scenario(
            name: "a newer commit overtakes after an answered failure",
            world: { world in
                world.behaviours[c(2)] = .fails
                world.duringConfirm = [(c(2), 1, { $0.push(c(3)) })]
            }, steps: [.push(1), .settle, .push(2), .settle], live: [3], heldBack: nil, mostSwaps: [2: 1, 3: 1]),
        Scenario(
            name: "a newer commit overtakes after half the time",
            world: { world in
                world.behaviours[c(2)] = .silent(1000)
                world.duringConfirm = [(c(2), 3, { $0.push(c(3)) })]
            }, steps: [.push(1), .settle, .push(2), .settle], live: [3], heldBack: nil, mostSwaps: [2: 1, 3: 1]),
        Scenario(
            name: "a newer commit waits while the older may still start",
            world: { world in
                world.behaviours[c(2)] = .silent(12)
                world.duringConfirm = [(c(2), 3, { $0.push(c(3)) })]
            }, steps: [.push(1), .settle, .push(2), .settle], live: [3], heldBack: []),
        Scenario(
            name: "what is held back overtakes nothing",
            world: { world in
                world.behaviours[c(2)] = .fails
                world.behaviours[c(3)] = .silent(28)
                world.duringConfirm = [(c(3), 20, { $0.push(c(2)) })]
            }, steps: [.push(1), .settle, .push(2), .settle, .push(3), .settle], live: [1, 3], heldBack: nil),
        Scenario(
            name: "one health timeout without health publishes the last good first",
            world: { world in
                world.behaviours[c(2)] = .silent(1000)
                world.behaviours[c(3)] = .silent(20)
                world.duringConfirm = [(c(2), 16, { $0.push(c(3)) })]
            }, steps: [.push(1), .settle, .push(2), .settle], live: [3], heldBack: nil, mostSwaps: [2: 1, 3: 2]),
        Scenario(
            name: "two bad ones within one outage end with the good one",
            world: { world in
                world.behaviours[c(2)] = .fails
                world.behaviours[c(3)] = .fails
                world.duringConfirm = [(c(2), 1, { $0.push(c(3)) })]
            }, steps: [.push(1), .settle, .push(2), .settle], live: [1], heldBack: nil, mostSwaps: [2: 1, 3: 2]),
        Scenario(
            name: "three pushes within one outage",
            world: { world in
                for bad in 2...3 { world.behaviours[c(bad)] = .silent(1000) }
                world.duringConfirm = [
                    (c(2), 16, { $0.push(c(3)) }),
                    (c(3), 14, { $0.push(c(4)) }),
                ]
            }, steps: [.push(1), .settle, .push(2), .settle], live: [4], heldBack: nil, mostSwaps: [2: 1]),
        Scenario(
            name: "an application that runs nothing any more sees no flips",
            world: { world in
                world.behaviours[c(2)] = .silent(1000)
                world.behaviours[c(3)] = .silent(1000)
                world.duringConfirm = [
                    (
                        c(2), 16,
                        {
                            $0.push(c(3))
                            $0.behaviours[c(1)] = .silent(1000)
                        }
                    )
                ]
            }, steps: [.push(1), .settle, .push(2), .settle, .settle], live: [1, 3], heldBack: nil,
            mostSwaps: [2: 1, 3: 3], getsQuiet: false),
        Scenario(
            name: "what is gone back to is refused too",
            world: { world in
                world.behaviours[c(2)] = .fails
                world.duringConfirm = [(c(2), 1, { $0.behaviours[c(1)] = .fails })]
            }, steps: [.push(1), .settle, .push(2), .settle, .push(3), .settle], live: [3], heldBack: nil,
            mostSwaps: [2: 1], getsQuiet: false),
    ]
}
