internal import Glibc
internal import JSON
internal import Posix
internal import TestSupport

/// What became of a case.
struct Outcome {
    /// Whether its point was reached at all.
    var isStruck = false
    var broken: [Broken] = []
    /// What the program wrote.
    var log = ""
}

/// How a scenario ends.
struct Target {
    var live: String
    var held: [String]
    var mayBeHeld: [String] = []
}

/// Runs a scenario, strikes it at a point, and follows the root through restarts and another push.
struct Try {
    let lane: Lane
    let scenario: Scenario
    /// Nil for a run in which nothing goes wrong.
    let item: Case?
    private let check: Check
    private var page: FaultPage { lane.page }
    private var outcome = Outcome()

    init(_ lane: Lane, _ scenario: Scenario, _ item: Case?) {
        self.lane = lane
        self.scenario = scenario
        self.item = item
        check = Check(lane, scenario)
    }

    mutating func run() throws -> Outcome {
        defer { page.clear() }
        try lane.restore(scenario)
        if !scenario.before.isEmpty, scenario.isOnce || scenario.act == .start { try lane.deployOnce(scenario) }
        if scenario.isEditedBefore { try edit() }
        if case .once(let name) = scenario.act {
            try runOnce(name)
        } else {
            try runAndStrike()
        }
        outcome.broken = check.broken
        if !check.broken.isEmpty { outcome.log = lane.log }
        return outcome
    }

    private mutating func runAndStrike() throws {
        let program = try begin()
        defer { program.kill() }
        let acted = Target(live: scenario.live, held: scenario.meanwhile == nil ? scenario.held : firstHeld)
        check.phase = "struck"
        let ended = wait { page.strikes > 0 || !program.isRunning || isAtEnd(program, acted) }
        // What fails for good is tried again and again; the point may be in a later attempt.
        if scenario.isEndless, item != nil, ended { _ = soon { page.strikes > 0 || !program.isRunning } }
        outcome.isStruck = page.strikes > 0
        if item == nil { noteCalls() }
        if !ended { check.report("settles", "\(program.status.text) \(program.lastWords)") }
        var target = acted
        // Where the worker was killed the program lives on, and gets over it by itself.
        if let item, item.mode.kills, outcome.isStruck, program.waitForEnd(within: .milliseconds(300)) != nil {
            check.lookAtDisk(mayBeEdited: scenario.isEdit)
            page.clear()
        } else if ended {
            target = survive(program, acted)
            finish(program)
        }
        let wasLinked = check.linked
        if item?.mode == .killTwice { try strikeAgain() }
        if let meanwhile = scenario.meanwhile { try lane.remote.push(meanwhile) }
        try restartOffline()
        target = Target(live: scenario.live, held: scenario.held, mayBeHeld: scenario.mayBeHeld)
        try restartOnline(&target, wasLinked)
    }

    private var firstHeld: [String] {
        if case .push(let name) = scenario.act { return [name] }
        return []
    }

    /// Starts the program and begins what the scenario is about, armed.
    private func begin() throws -> Program {
        if scenario.act == .start {
            arm()
            return try lane.start(scenario)
        }
        let program = try lane.start(scenario)
        let before = Target(live: scenario.before.last ?? scenario.live, held: [])
        guard wait({ isAtEnd(program, before) }) else {
            throw Trouble("\(scenario.name) does not begin: \(program.status.text) \(program.lastWords)")
        }
        arm()
        switch scenario.act {
        case .push(let name): try lane.remote.push(name)
        case .edit: try edit()
        case .choose(let name):
            let order = "{\"hash\":\"\(lane.remote.commit(name))\"}"
            guard let answer = program.ask("/v1/rollback", method: "POST", body: order) else { break }
            if answer.status != 202 { throw Trouble("the order was refused: \(answer.body)") }
        case .start, .once: break
        }
        return program
    }

    private func arm() {
        guard let item else { return page.trace(.everything) }
        page.arm(item.mode, item.point)
    }

    private mutating func noteCalls() {
        usleep(30_000)
        lane.normal[scenario.name] = Lane.Normal(
            calls: page.calls, paths: [], packs: 0, holdings: Program.Holdings())
        page.clear()
    }

    /// A program that was not killed gets over what failed, by itself, once it does not fail any more.
    private mutating func survive(_ program: Program, _ acted: Target) -> Target {
        if item?.mode.lasting.isEmpty == false, outcome.isStruck {
            usleep(100_000)
            check.phase = "failing"
            check.lookAtDisk(mayBeEdited: scenario.isEdit)
            check.phase = "struck"
        }
        page.clear()
        var target = acted
        // What a person orders is tried once.
        let isOrder = scenario.isChoice
        let settled = wait {
            if isAtEnd(program, acted) { return true }
            guard isOrder, outcome.isStruck else { return !program.isRunning }
            return isAtEnd(program, Target(live: "two", held: []))
        }
        if isOrder, check.linked != lane.remote.commit(acted.live) { target = Target(live: "two", held: []) }
        if !program.isRunning {
            let status = program.waitForEnd() ?? -1
            if status != 1 || !mayEnd { check.report("exit", "it ended with \(status): \(program.lastWords)") }
        } else if !settled {
            check.report("settles", "\(program.status.text) \(program.lastWords)")
        }
        check.lookAtDisk(mayBeEdited: scenario.isEdit && !program.isRunning)
        if program.isRunning {
            check.lookAtEnd(program, live: target.live, held: target.held, mayBeHeld: target.mayBeHeld)
        }
        return target
    }

    /// A start may fail where nothing is live yet, and where the lock cannot be taken.
    private var mayEnd: Bool {
        guard scenario.act == .start, outcome.isStruck else { return false }
        return scenario.before.isEmpty || item?.point.path == ".git-sidecar/lock" && item?.point.call == "open"
    }

    /// The first start after a kill is killed, too.
    private mutating func strikeAgain() throws {
        guard let item else { return }
        check.phase = "struck twice"
        page.armKill(at: item.second)
        let program = try lane.start(scenario)
        defer { program.kill() }
        _ = wait { page.strikes > 0 || !program.isRunning || isOver(program) }
        page.clear()
        program.kill()
        check.lookAtDisk(mayBeEdited: scenario.isEdit)
    }

    /// A start without the network serves what is live.
    private mutating func restartOffline() throws {
        check.phase = "offline"
        try lane.remote.reachable(false)
        let program = try lane.start(scenario)
        defer { program.kill() }
        let isSettled = wait {
            let status = program.status
            return !program.isRunning || (status["failures"]?.integer ?? 0) > 0 && status["deployment"] == .null
        }
        check.lookAtDisk()
        if isSettled, program.isRunning {
            check.lookAtAgreement(program)
        } else if isSettled {
            check.report("exit", "it ended with \(program.waitForEnd() ?? -1): \(program.lastWords)")
        } else {
            check.report("settles", "\(program.status.text) \(program.lastWords)")
        }
        finish(program)
    }

    /// A start with the network ends as it would have without the strike, and the next push finds all in order.
    private mutating func restartOnline(_ target: inout Target, _ wasLinked: String?) throws {
        check.phase = "online"
        try lane.remote.reachable(true)
        let program = try lane.start(scenario)
        defer { program.kill() }
        // What has ended the program twice waits a minute, unless a person wants it now.
        if item?.mode == .killTwice, wait({ program.status != .null || !program.isRunning }) {
            _ = program.ask("/v1/sync", method: "POST", body: "{}")
        }
        let undecided = scenario.isChoice && wasLinked != lane.remote.commit(target.live)
        let chosen = target
        let settled = wait {
            if !program.isRunning || isAtEnd(program, chosen) { return true }
            return undecided && isAtEnd(program, Target(live: "two", held: []))
        }
        // An order that was not carried out before the kill may be forgotten, but not by half.
        if undecided, check.linked == lane.remote.commit("two") { target = Target(live: "two", held: []) }
        lookAtEnd(program, target, settled)
        check.phase = "next push"
        try lane.remote.push(scenario.next)
        let next = Target(live: scenario.next, held: [])
        lookAtEnd(program, next, wait { !program.isRunning || isAtEnd(program, next) })
        if item == nil { try noteNormal(program) }
        check.lookAtLeftovers(program.isRunning ? program : nil)
        finish(program)
    }

    private mutating func lookAtEnd(_ program: Program, _ target: Target, _ settled: Bool) {
        if !program.isRunning {
            check.report("exit", "it ended with \(program.waitForEnd() ?? -1): \(program.lastWords)")
        } else if !settled {
            check.report("settles", "\(program.status.text) \(program.lastWords)")
        }
        check.lookAtDisk()
        check.lookAtEnd(
            program.isRunning ? program : nil, live: target.live, held: target.held, mayBeHeld: target.mayBeHeld)
    }

    private mutating func noteNormal(_ program: Program?) throws {
        // What is done beside the loop ends shortly after it.
        usleep(300_000)
        lane.normal[scenario.name]?.paths = try check.paths()
        lane.normal[scenario.name]?.packs = try check.packs()
        if let program { lane.normal[scenario.name]?.holdings = program.holdings }
    }

    private mutating func finish(_ program: Program) {
        guard program.isRunning else { return }
        let status = program.end()
        check.expect(status == 0, "stop", "it ended with \(status.map { "\($0)" } ?? "nothing") after SIGTERM")
    }
}

// Waiting for what a scenario comes to.
extension Try {
    private func wait(_ condition: () -> Bool) -> Bool {
        (try? waitUntil("it is over", within: .seconds(4), condition)) != nil
    }

    private func soon(_ condition: () -> Bool) -> Bool {
        (try? waitUntil("it is over", within: .milliseconds(400), condition)) != nil
    }

    private func isOver(_ program: Program) -> Bool {
        isAtEnd(program, Target(live: scenario.live, held: scenario.held))
    }

    /// What could not be written while the volume was full is written with a later attempt; until then it says so.
    private func isAtEnd(_ program: Program, _ target: Target) -> Bool {
        isDeployed(program, target) && program.metrics["git_sidecar_state_unsaved"] == 0
    }

    private func isDeployed(_ program: Program, _ target: Target) -> Bool {
        let status = program.status
        guard status["deployment"] == .null, (status["attempt"]?.integer ?? 0) > 0,
            status["published"]?["hash"]?.string == lane.remote.commit(target.live)
        else { return false }
        if scenario.isEdit, !isRepaired { return false }
        let condition = status["condition"]?.string
        let held = (status["quarantine"]?.elements ?? []).compactMap { $0["hash"]?.string }
        if scenario.isEndless, target.live == scenario.live, target.held.isEmpty,
            status["remote"]?["hash"]?.string == lane.remote.commit("big")
        {
            return condition != "current" && (status["failures"]?.integer ?? 0) > 0
        }
        if target.held.isEmpty { return condition == "current" && held.isEmpty }
        // The attempt after the one that went back.
        if status["failures"]?.integer != 0 { return false }
        return condition == "held-back" && target.held.allSatisfy { held.contains(lane.remote.commit($0)) }
    }

    /// Somebody writes into the live release.
    private func edit() throws { try TestFiles.write("edited by hand\n", to: lane.link + "/a/two") }

    private var isRepaired: Bool { (try? TestFiles.text(lane.link + "/a/two")) == "two\n" }
}

// A program that ends by itself.
extension Try {
    private mutating func runOnce(_ name: String) throws {
        check.phase = "struck"
        try lane.remote.push(name)
        arm()
        let struck = try runToEnd()
        if item == nil { noteCalls() }
        outcome.isStruck = item != nil && struck.isStruck
        let killed = outcome.isStruck && item?.mode.kills == true
        if !killed { judge(struck.status, mayFail: outcome.isStruck) }
        check.lookAtDisk()
        if item?.mode == .killTwice, let item {
            check.phase = "struck twice"
            page.armKill(at: item.second)
            _ = try runToEnd()
            check.lookAtDisk()
        }
        check.phase = "offline"
        try lane.remote.reachable(false)
        if try runToEnd().status == 0 { check.report("exit", "it ended with 0 although the remote is down") }
        check.lookAtDisk()
        check.phase = "online"
        try lane.remote.reachable(true)
        judge(try runToEnd().status, mayFail: false)
        check.lookAtDisk()
        check.lookAtEnd(nil, live: scenario.live, held: scenario.held, mayBeHeld: scenario.mayBeHeld)
        check.phase = "next push"
        try lane.remote.push(scenario.next)
        let last = try runToEnd().status
        check.expect(last == 0, "exit", "it ended with \(last.map { "\($0)" } ?? "nothing")")
        check.lookAtDisk()
        check.lookAtEnd(nil, live: scenario.next, held: [], mayBeHeld: [])
        if item == nil { try noteNormal(nil) }
        check.lookAtLeftovers(nil)
    }

    /// Runs the program to its end; what lasts is ended after a moment.
    private mutating func runToEnd() throws -> (status: Int32?, isStruck: Bool) {
        let program = try lane.start(scenario)
        defer { program.kill() }
        if let item, !item.mode.lasting.isEmpty, page.isArmed {
            _ = wait { page.strikes > 0 || !program.isRunning }
            usleep(100_000)
            page.clear()
        }
        let status = program.waitForEnd(within: .seconds(8))
        let isStruck = page.strikes > 0
        if item != nil { page.clear() }
        if status == nil { check.report("settles", "it does not end: \(program.lastWords)") }
        return (status, isStruck)
    }

    /// 0 means that what was pushed is live, and that the application runs it.
    private mutating func judge(_ status: Int32?, mayFail: Bool) {
        guard let status else { return }
        if status == 0 {
            check.expect(scenario.held.isEmpty, "exit", "it ended with 0 although \(scenario.held) is bad")
            let isLive = check.linked == lane.remote.commit(scenario.live)
            check.expect(isLive, "exit", "it ended with 0 although \(scenario.live) is not live")
        } else if status != 1 {
            check.report("exit", "it ended with \(status)")
        } else if !mayFail, scenario.held.isEmpty {
            check.report("exit", "it ended with 1 although nothing was in its way")
        }
    }
}
