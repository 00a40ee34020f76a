internal import Glibc
internal import Posix
internal import TestSupport

/// Random numbers that are the same for the same seed.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let mixed = (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
        return mixed ^ (mixed >> 33)
    }
}

/// What one lane does: the scenarios that fall to it, each traced first and then struck at its points.
struct Campaign {
    let arguments: Arguments
    let lane: Lane
    let results: ResultFile
    private let deadline: Deadline

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        deadline = .after(.seconds(arguments.seconds))
        results = ResultFile(arguments.results(ofLane: arguments.lane))
        let directory = "\(arguments.place)/lane-\(arguments.lane)"
        try TestFiles.makeDirectory(directory)
        lane = try Lane(in: directory, program: arguments.program, sources: arguments.sources)
    }

    func run() throws {
        defer { lane.stop() }
        let known = try KnownFailures(arguments.sources)
        let wanted = Scenario.all.filter { isWanted($0) }
        var queues: [[Case]] = []
        let mine = wanted.enumerated().filter { $0.offset % arguments.lanes == arguments.lane }.map(\.element)
        for scenario in mine {
            try lane.prepare(scenario)
            var trial = Try(lane, scenario, nil)
            let outcome = try trial.run()
            if let first = outcome.broken.first {
                throw Trouble(
                    "\(scenario.name) without a fault: \(first.check) \(first.phase): \(first.text)\n\(outcome.log)")
            }
            queues += cases(of: scenario)
        }
        try results.say("points \(queues.reduce(0) { $0 + $1.count })")
        let done = arguments.isLong ? try results.finished() : []
        var first: [Case] = []
        var troubles = 0
        if arguments.only == nil { first = known.cases.filter { item in mine.contains { $0.name == item.scenario } } }
        let items = (first + inTurn(queues, except: Set(first))).filter { !done.contains($0.description) }
        for item in items.prefix(arguments.most ?? items.count) {
            if deadline.remaining == .zero { return }
            guard let scenario = mine.first(where: { $0.name == item.scenario }) else { continue }
            let start = ContinuousClock.now
            var trial = Try(lane, scenario, item)
            let outcome: Outcome
            do {
                outcome = try trial.run()
            } catch {
                // One that could not be made says nothing about the program; many say that the harness is broken.
                troubles += 1
                if troubles > 5 { throw error }
                try results.say("trouble \(item): \(error)")
                continue
            }
            try results.add(item.description, seconds(since: start), outcome)
            if arguments.only != nil, !outcome.broken.isEmpty { try results.say("log\n" + outcome.log) }
        }
        try results.say("complete")
    }

    private func seconds(since start: ContinuousClock.Instant) -> String {
        let milliseconds = start.duration(to: .now) / .milliseconds(1)
        return "\(Int(milliseconds))"
    }

    private func isWanted(_ scenario: Scenario) -> Bool {
        guard let only = arguments.only else { return true }
        return only.split(separator: ":").first.map { $0 == scenario.name } ?? false
    }

    /// The cases of a scenario, in a queue for each mode.
    private func cases(of scenario: Scenario) -> [[Case]] {
        var numbers = SeededNumbers(arguments.seed ^ Case.number(scenario.name))
        let calls = lane.normal[scenario.name]?.calls ?? []
        if let only = arguments.only, let item = Case(only) { return [[item]] }
        return Mode.allCases.map { mode in
            var seen: [String: Int] = [:]
            var found: [Case] = []
            for (kinds, call, path) in calls {
                let occurrence = seen["\(call) \(path)", default: 0] + 1
                seen["\(call) \(path)"] = occurrence
                // What only looks is the same each time; polls make more of it than anybody wants.
                let most = kinds.isSubset(of: [.read, .open, .map]) ? 2 : 12
                guard !mode.kinds.isDisjoint(with: kinds), occurrence <= most else { continue }
                let item = Case(
                    scenario: scenario.name, mode: mode,
                    point: Point(call: call, path: path, occurrence: occurrence))
                if let only = arguments.only, !item.description.hasPrefix(only) { continue }
                found.append(item)
            }
            return arguments.only == nil ? found.shuffled(using: &numbers) : found
        }
    }

    /// One of each queue after the other, so that a run that ends early has seen some of all.
    private func inTurn(_ queues: [[Case]], except: Set<Case>) -> [Case] {
        var (all, number) = ([Case](), 0)
        while let longest = queues.map(\.count).max(), number < longest {
            all += queues.compactMap { number < $0.count ? $0[number] : nil }
            number += 1
        }
        return all.filter { !except.contains($0) }
    }
}
