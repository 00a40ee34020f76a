import Deployment
import GitObjects

private func c(_ number: Int) -> ObjectID { World.commit(number) }

private func edit(_ number: Int) -> Step {
    .change("edit \(number)") { $0.directories[c(number)]?.isEdited = true }
}

// What people do, and what happens to the root.
extension Scenarios {
    static let people: [Scenario] = [
        Scenario(
            name: "going back by hand",
            steps: [.push(1), .settle, .push(2), .settle, .goBack(to: 1), .settle, .restart],
            live: [1, 2], heldBack: nil),
        Scenario(
            name: "going back by hand and a newer commit",
            steps: [.push(1), .settle, .push(2), .settle, .goBack(to: 1), .settle, .push(3), .settle], live: [3],
            mostSwaps: [3: 1]),
        Scenario(
            name: "going back by hand, twice",
            steps: [
                .push(1), .settle, .push(2), .settle, .push(3), .settle, .goBack(to: 2), .goBack(to: 1), .settle,
            ], live: [1, 2, 3], heldBack: nil),
        Scenario(
            name: "chosen twice",
            steps: [.push(1), .settle, .push(2), .settle, .goBack(to: 1), .goBack(to: 1), .settle],
            live: [1, 2], heldBack: nil),
        Scenario(
            name: "going back by hand to what the application refuses",
            world: { world in
                world.duringConfirm = [(c(2), 1, { $0.behaviours[c(1)] = .fails })]
            }, steps: [.push(1), .settle, .push(2), .settle, .goBack(to: 1), .settle, .restart, .settle], live: [1, 2],
            heldBack: nil, getsQuiet: false),
        Scenario(
            name: "going back by hand from what is bad, without going back by itself",
            world: {
                $0.settings.rollsBack = false
                $0.behaviours[c(2)] = .fails
            }, steps: [.push(1), .settle, .push(2), .attempt, .goBack(to: 1), .attempt, .attempt], live: [1, 2],
            heldBack: nil, getsQuiet: false),
        Scenario(
            name: "going back by hand to what has no directory",
            steps: [
                .push(1), .settle, .push(2), .settle, .push(3), .settle,
                .change("1 has no directory") { $0.directories[c(1)] = nil }, .goBack(to: 1), .settle,
            ], live: [1, 3], heldBack: nil),
        Scenario(
            name: "going back by hand to what does not validate any more",
            steps: [
                .push(1), .settle, .push(2), .settle, .push(3), .settle,
                .change("1 does not validate") {
                    $0.directories[c(1)] = nil
                    $0.hasPrepareCommand = true
                    $0.unprepared = [c(1)]
                }, .goBack(to: 1), .settle,
            ], live: [3]),
        Scenario(
            name: "going back by hand to what nobody knows",
            steps: [.push(1), .settle, .push(2), .settle, .goBack(to: 9), .settle], live: [2], mostSwaps: [9: 0]),
        Scenario(name: "going back by hand from nothing", steps: [.goBack(to: 9), .push(1), .settle], live: [1]),
        Scenario(
            name: "resume after going back by hand",
            steps: [.push(1), .settle, .push(2), .settle, .goBack(to: 1), .attempt(.resume(nil)), .settle],
            live: [1, 2],
            heldBack: nil),
        Scenario(
            name: "resume tries a bad one once more", world: { $0.behaviours[c(2)] = .fails },
            steps: [.push(1), .settle, .push(2), .settle, .attempt(.resume(nil)), .settle], live: [1], heldBack: [2],
            mostSwaps: [2: 2]),
        Scenario(
            name: "an order to sync does not undo a choice that was stopped",
            steps: [
                .push(1), .settle, .push(2), .settle, .goBack(to: 1), .attempt(.sync), .attempt(.sync), .settle,
            ], live: [1, 2], heldBack: nil),
        Scenario(
            name: "an order to sync", steps: [.push(1), .attempt(.sync), .push(2), .attempt(.sync)], live: [2]),
        Scenario(
            name: "the quarantine ends",
            world: { world in
                world.settings.quarantineTTL = .seconds(3600)
                world.behaviours[c(2)] = .fails
            },
            steps: [
                .push(1), .settle, .push(2), .settle, .change("2 is good now") { $0.behaviours[c(2)] = .good },
                .settle, .wait(seconds: 3700), .settle,
            ], live: [2], mostSwaps: [2: 2]),
    ]

    static let roots: [Scenario] = [
        Scenario(
            name: "an edited release is repaired", steps: [.push(1), .settle, edit(1), .look, .settle], live: [1],
            mostSwaps: [1: 1]),
        Scenario(
            name: "what has to be moved away to repair a release is told to the application",
            steps: [
                .push(1), .settle,
                .change("obstruct 1") {
                    $0.directories[c(1)]?.isEdited = true
                    $0.directories[c(1)]?.isObstructed = true
                }, .look, .settle,
            ], live: [1], mostSwaps: [1: 1]),
        Scenario(
            name: "what was not on the disk before the machine lost power makes way for what was",
            steps: [
                .push(1), .settle, .push(2),
                .change("the volume cannot be flushed") { $0.failing[.flush] = 1 }, .attempt,
                .change("lose power") { $0.directories[c(2)]?.isBroken = true }, .restart, .settle,
            ], live: [2], heldBack: []),
        Scenario(
            name: "going back to a release in which something was edited",
            steps: [.push(1), .settle, .push(2), .settle, edit(1), .goBack(to: 1), .settle], live: [1, 2], heldBack: nil
        ),
        Scenario(
            name: "an edited release is repaired at the start",
            steps: [.push(1), .settle, .push(2), .settle, edit(2), .restart, .settle], live: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "the link is deleted",
            steps: [.push(1), .settle, .change("delete the link") { $0.link = .nothing }, .look, .settle], live: [1]),
        Scenario(
            name: "the link is deleted while nobody looks",
            steps: [
                .push(1), .settle, .push(2), .settle, .change("delete the link") { $0.link = .nothing }, .restart,
                .settle,
            ], live: [2]),
        Scenario(
            name: "the link is turned",
            steps: [
                .push(1), .settle, .push(2), .settle, .change("turn the link") { $0.link = .release(c(1)) }, .look,
                .settle,
            ], live: [2]),
        Scenario(
            name: "the link is turned while nobody looks",
            steps: [
                .push(1), .settle, .push(2), .settle, .change("turn the link") { $0.link = .release(c(1)) }, .restart,
                .settle,
            ], live: [2]),
        Scenario(
            name: "the link is turned to what is held back", world: { $0.behaviours[c(2)] = .fails },
            steps: [
                .push(1), .settle, .push(2), .settle,
                .change("turn the link") {
                    $0.directories[c(2)] = World.Directory(wasPublished: true)
                    $0.link = .release(c(2))
                }, .restart, .settle,
            ], live: [1], heldBack: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "something foreign is at the link for a while",
            steps: [
                .push(1), .settle, .change("foreign") { $0.link = .foreign }, .look, .attempt, .restart, .attempt,
                .change("nothing") { $0.link = .nothing }, .settle,
            ], live: [1]),
        Scenario(
            name: "something foreign was at the link, and what was there is again",
            steps: [
                .push(1), .settle, .change("foreign") { $0.link = .foreign }, .restart, .attempt,
                .change("back") { $0.link = .release(c(1)) }, .look, .settle,
            ], live: [1]),
        Scenario(
            name: "the directory of the live release is gone",
            steps: [
                .push(1), .settle, .change("remove 1") { $0.directories[c(1)] = nil }, .look, .settle,
            ], live: [1], mostSwaps: [1: 2]),
        Scenario(
            name: "the directory is gone while nobody looks",
            steps: [
                .push(1), .settle, .push(2), .settle, .change("remove 2") { $0.directories[c(2)] = nil }, .restart,
                .settle,
            ], live: [2], mostSwaps: [2: 2]),
        Scenario(
            name: "link and directory are gone",
            steps: [
                .push(1), .settle,
                .change("remove 1") {
                    $0.directories[c(1)] = nil
                    $0.link = .nothing
                }, .look, .settle,
            ], live: [1]),
        Scenario(
            name: "a broken release is deployed anew, and what is held back stays so",
            world: { $0.behaviours[c(2)] = .fails },
            steps: [
                .push(1), .settle, .push(2), .settle, .change("break 1") { $0.directories[c(1)]?.isBroken = true },
                .look, .settle, .settle,
            ], live: [1], heldBack: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "a broken release that a person chose is deployed anew",
            steps: [
                .push(1), .settle, .push(2), .settle, .goBack(to: 1), .settle,
                .change("break 1") { $0.directories[c(1)]?.isBroken = true }, .look, .settle, .push(3), .settle,
            ], live: [3], mostSwaps: [3: 1]),
        Scenario(
            name: "a broken release that does not validate any more stays, without an end of lines",
            steps: [
                .push(1), .settle,
                .change("break 1") {
                    $0.directories[c(1)]?.isBroken = true
                    $0.hasPrepareCommand = true
                    $0.unprepared = [c(1)]
                }, .look, .settle, .push(2), .settle,
            ], live: [2], getsQuiet: false),
        Scenario(
            name: "a broken release and something newer",
            steps: [
                .push(1), .settle, .change("break 1") { $0.directories[c(1)]?.isBroken = true }, .look, .push(2),
                .settle,
            ], live: [2], mostSwaps: [2: 1]),
    ]

    static let others: [Scenario] = [
        Scenario(
            name: "the state is lost", world: { $0.behaviours[c(3)] = .fails },
            steps: [
                .push(1), .settle, .push(2), .settle, .change("lose the state") { $0.stateText = nil }, .restart,
                .settle,
                .push(3), .settle,
            ], live: [2], heldBack: [3], mostSwaps: [3: 1]),
        Scenario(
            name: "the state is damaged",
            steps: [
                .push(1), .settle, .change("damage the state") { $0.stateText = "{\"version\":" }, .restart, .settle,
            ], live: [1], mostSwaps: [1: 1]),
        Scenario(
            name: "the state is of a newer version",
            steps: [
                .push(1), .settle, .change("a newer state") { $0.stateText = "{\"version\":7}" }, .restart, .settle,
                .push(2), .settle,
            ], live: [2], mostSwaps: [1: 1]),
        Scenario(
            name: "a root of another tool",
            world: {
                $0.directories[c(1)] = World.Directory(wasPublished: true)
                $0.link = .release(c(1))
            }, steps: [.attempt, .push(1), .settle], live: [1], mostSwaps: [1: 0]),
        Scenario(
            name: "a root of another tool, and something newer that is bad",
            world: {
                $0.directories[c(1)] = World.Directory(wasPublished: true)
                $0.link = .release(c(1))
                $0.behaviours[c(2)] = .fails
            }, steps: [.push(1), .settle, .push(2), .settle], live: [1], heldBack: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "a signature is missing", world: { $0.unsigned = [c(2)] },
            steps: [
                .push(1), .settle, .push(2), .attempt, .attempt, .change("sign 2") { $0.unsigned = [] }, .settle,
            ], live: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "a signature is there", world: { $0.isVerifying = true }, steps: [.push(1), .settle], live: [1]),
        Scenario(
            name: "a tag",
            steps: [
                .change("tag") { $0.pushTag(c(0x71), c(1)) }, .settle, .settle,
                .change("tag") { $0.pushTag(c(0x72), c(2)) }, .settle,
            ], live: [2], mostSwaps: [1: 1, 2: 1]),
        Scenario(
            name: "a tag of which the server says no more", world: { $0.isPeeling = false },
            steps: [
                .change("tag") { $0.pushTag(c(0x71), c(1)) }, .settle, .settle,
                .change("tag") { $0.pushTag(c(0x72), c(2)) }, .settle,
            ], live: [2], mostSwaps: [1: 1, 2: 1]),
        Scenario(
            name: "a bad tag of which the server says no more",
            world: {
                $0.isPeeling = false
                $0.behaviours[c(2)] = .fails
            },
            steps: [
                .change("tag") { $0.pushTag(c(0x71), c(1)) }, .settle, .change("tag") { $0.pushTag(c(0x72), c(2)) },
                .settle, .settle,
            ], live: [1], heldBack: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "a fixed hash", world: { $0.fixedCommit = c(1) }, steps: [.push(1), .settle, .settle, .restart],
            live: [1], mostSwaps: [1: 1]),
        Scenario(
            name: "the application may not be signalled for a while", world: { $0.refusesSignal = true },
            steps: [.push(1), .attempt, .change("allow") { $0.refusesSignal = false }, .settle], live: [1]),
        Scenario(
            name: "going back whose directory is gone", world: { $0.behaviours[c(2)] = .fails },
            steps: [
                .push(1), .settle,
                .change("2 takes the directory away") { world in
                    world.duringConfirm = [(c(2), 1, { $0.directories[c(1)] = nil })]
                }, .push(2), .settle,
            ], live: [1], heldBack: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "going back that cannot be made", world: { $0.behaviours[c(2)] = .fails },
            steps: [
                .push(1), .settle,
                .change("1 does not prepare any more") { world in
                    world.hasPrepareCommand = true
                    world.unprepared = [c(1)]
                    world.duringConfirm = [(c(2), 1, { $0.directories[c(1)] = nil })]
                }, .push(2), .attempt, .attempt, .change("it does") { $0.unprepared = [] }, .settle,
            ], live: [1], heldBack: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "the store is damaged and repaired once",
            steps: [
                .push(1), .settle, .change("damage the store") { $0.isStoreDamaged = true }, .push(2), .settle,
            ], live: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "the application is configured away before it was seen",
            world: { $0.behaviours[c(2)] = .silent(1000) },
            steps: [
                .push(1), .settle,
                .change("stop during the check") { world in
                    world.duringConfirm = [(c(2), 1, { $0.isStopping = true })]
                }, .push(2), .attempt,
                .change("no application") {
                    $0.isStopping = false
                    $0.hasApplication = false
                }, .restart, .settle, .settle,
            ], live: [1, 2], heldBack: nil),
        Scenario(
            name: "called off during the check", world: { $0.behaviours[c(2)] = .silent(15) },
            steps: [
                .push(1), .settle,
                .change("stop during the check") { world in
                    world.duringConfirm = [(c(2), 1, { $0.isStopping = true })]
                }, .push(2), .attempt, .change("go on") { $0.isStopping = false }, .restart, .settle,
            ], live: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "old directories go when their time is up", world: { $0.settings.staleTimeout = .seconds(600) },
            steps: [
                .push(1), .settle, .push(2), .settle, .push(3), .settle, .wait(seconds: 700), .look, .settle,
            ], live: [3]),
        Scenario(
            name: "the remote is away for a while",
            steps: [
                .push(1), .settle, .change("offline") { $0.isOnline = false }, .attempt, .restart, .attempt, .push(2),
                .attempt, .change("online") { $0.isOnline = true }, .settle,
            ], live: [2], mostSwaps: [2: 1]),
        Scenario(
            name: "the swap is not known to last", world: { $0.warnsAfterSwap = true },
            steps: [.push(1), .settle, .push(2), .settle], live: [2], mostSwaps: [1: 1, 2: 1]),
    ]
}
