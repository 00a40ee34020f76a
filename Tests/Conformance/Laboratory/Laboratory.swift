internal import Posix
internal import TestSupport

/// How a cell went.
enum Outcome: Equatable, Sendable {
    case works
    case refused(String)
    case fails(String)
}

/// The cells of one configuration.
struct Row: Sendable {
    let configuration: Configuration
    var outcomes: [Cell: Outcome] = [:]
    var compared = 0
    var seconds = 0.0

    /// Cells that did not go as they should, with what happened.
    var failures: [(cell: Cell, what: String)] {
        Cell.allCases.compactMap { cell in
            if case .fails(let what) = outcomes[cell] { (cell, what) } else { nil }
        }
    }
}

/// Tries all cells of the chosen configurations, several configurations at a time.
struct Laboratory {
    let program: String
    let directory: String
    let configurations: [Configuration]
    let cells: [Cell]
    let lanes: Int
    let showsServerWords: Bool

    func run() throws -> [Row] {
        try Site.makeTemplate(at: directory + "/template-sha1")
        if configurations.contains(where: { $0.objectFormat == "sha256" }) {
            try Site.makeTemplate(at: directory + "/template-sha256", objectFormat: "sha256")
        }
        let next = Locked(0)
        let rows = Locked<[Int: Row]>([:])
        let threads = try (0..<lanes).map { lane in
            try NativeThread("lane-\(lane)") {
                while true {
                    let index = next.withLock { next in
                        next += 1
                        return next - 1
                    }
                    guard index < configurations.count else { return }
                    let row = row(configurations[index], number: index)
                    rows.withLock { $0[index] = row }
                    report(row)
                }
            }
        }
        threads.forEach { $0.join() }
        return rows.withLock { rows in configurations.indices.compactMap { rows[$0] } }
    }

    private func row(_ configuration: Configuration, number: Int) -> Row {
        let start = ContinuousClock.now
        var row = Row(configuration: configuration)
        let place = "\(directory)/\(number)"
        do {
            let site = try Site(copying: "\(directory)/template-\(configuration.objectFormat)", to: place)
            let server = try configuration.start(site)
            defer { server.stop() }
            let trial = Trial(configuration, site, server, program: program)
            for cell in cells { row.outcomes[cell] = outcome(of: cell, configuration, trial, server) }
            row.compared = trial.compared
        } catch {
            for cell in cells { row.outcomes[cell] = .fails("the server does not start") }
            ThisProcess.print("\(configuration.name): \(error)")
        }
        if row.failures.isEmpty {
            // What cannot be removed here goes with the whole directory.
            try? TestFiles.remove(place)
        }
        row.seconds = start.duration(to: .now) / .seconds(1)
        return row
    }

    private func outcome(
        of cell: Cell, _ configuration: Configuration, _ trial: Trial, _ server: Running
    ) -> Outcome {
        let expected = configuration.refusals[cell]
        do {
            try trial.run(cell)
            return expected == nil ? .works : .fails("it works, but \"\(expected ?? "")\" was expected")
        } catch let refusal as Refusal {
            if let expected, refusal.message.contains(expected) { return .refused(refusal.message) }
            return .fails(refusal.message + serverWords(server))
        } catch {
            return .fails("\(error)" + serverWords(server))
        }
    }

    private func serverWords(_ server: Running) -> String {
        showsServerWords ? " [server: \(server.lastWords)]" : ""
    }

    private func report(_ row: Row) {
        let refused = row.outcomes.values.count { if case .refused = $0 { true } else { false } }
        let text = row.failures.isEmpty ? "works" : "FAILS"
        ThisProcess.print(
            "\(text)  \(row.configuration.name): \(row.outcomes.count - refused - row.failures.count) cells work, "
                + "\(refused) refused, \(row.failures.count) fail; \(row.compared) releases compared, "
                + "\(Int(row.seconds)) s")
        for failure in row.failures { ThisProcess.print("       \(failure.cell.rawValue): \(failure.what)\n") }
    }
}
