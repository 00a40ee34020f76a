import Deployment
import GitObjects

private func c(_ number: Int) -> ObjectID { World.commit(number) }

// What keeps a commit from going live is not always the commit.
extension Scenarios {
    private static let newParameters = Step.change("other parameters") { world in
        world.settings.fingerprint = "other"
        world.behaviours[c(2)] = .good
        world.lacksProgram = false
    }

    static let delays: [Scenario] = [
        Scenario(
            name: "what the commit did not do puts it off, and it is not tried by itself",
            world: { $0.behaviours[c(2)] = .untold },
            steps: [.push(1), .settle, .push(2), .settle, .settle, .restart, .settle], live: [1],
            mostSwaps: [1: 2, 2: 1]),
        Scenario(
            name: "what is put off is tried with other parameters", world: { $0.behaviours[c(2)] = .untold },
            steps: [.push(1), .settle, .push(2), .settle, newParameters, .restart, .settle], live: [2],
            mostSwaps: [2: 2]),
        Scenario(
            name: "an order to sync tries what is put off", world: { $0.behaviours[c(2)] = .untold },
            steps: [.push(1), .settle, .push(2), .settle, .attempt(.sync), .settle], live: [1], mostSwaps: [2: 2]),
        Scenario(
            name: "resume frees the commit that it names, and no other", world: { $0.behaviours[c(2)] = .fails },
            steps: [
                .push(1), .settle, .push(2), .settle, .attempt(.resume(c(3))), .settle, .attempt(.resume(c(2))),
                .settle,
            ], live: [1], heldBack: [2], mostSwaps: [2: 2]),
        Scenario(
            name: "resume frees what is put off", world: { $0.behaviours[c(2)] = .untold },
            steps: [
                .push(1), .settle, .push(2), .settle, .change("2 can be told now") { $0.behaviours[c(2)] = .good },
                .attempt(.resume(c(2))), .settle,
            ], live: [2], mostSwaps: [2: 2]),
        Scenario(
            name: "a newer commit does not wait for what is put off", world: { $0.behaviours[c(2)] = .untold },
            steps: [.push(1), .settle, .push(2), .settle, .push(3), .settle], live: [3],
            mostSwaps: [2: 1, 3: 1]),
        Scenario(
            name: "a program that is not installed puts a commit off before it is published",
            world: { $0.hasPrepareCommand = true },
            steps: [
                .push(1), .settle, .change("no npm") { $0.lacksProgram = true }, .push(2), .settle, .settle,
            ], live: [1], mostSwaps: [2: 0]),
        Scenario(
            name: "with the program installed it is tried", world: { $0.hasPrepareCommand = true },
            steps: [
                .push(1), .settle, .change("no npm") { $0.lacksProgram = true }, .push(2), .settle, newParameters,
                .restart, .settle,
            ], live: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "what cannot start in its trial is never published, and going back needs no trial",
            world: {
                $0.hasTrial = true
                $0.unstartable = [c(2)]
                $0.behaviours[c(3)] = .fails
            },
            steps: [
                .push(1), .settle, .push(2), .settle, .change("1 could not start any more") { $0.unstartable = [c(1)] },
                .push(3), .settle,
            ], live: [1], heldBack: [2, 3], mostSwaps: [2: 0, 3: 1]),
        Scenario(
            name: "what is put off is tried when its time is up",
            world: { world in
                world.settings.quarantineTTL = .seconds(3600)
                world.behaviours[c(2)] = .untold
            },
            steps: [
                .push(1), .settle, .push(2), .settle, .change("2 can be told now") { $0.behaviours[c(2)] = .good },
                .settle, .wait(seconds: 3700), .settle,
            ], live: [2], mostSwaps: [2: 2]),
        Scenario(
            name: "going back by hand while a commit is put off", world: { $0.behaviours[c(3)] = .untold },
            steps: [
                .push(1), .settle, .push(2), .settle, .push(3), .settle, .goBack(to: 1), .settle,
            ], live: [1, 2], heldBack: nil, mostSwaps: [3: 1]),
    ]
}
