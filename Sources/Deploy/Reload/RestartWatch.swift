internal import Posix

/// Notices that the application is started on the new release and ends, again and again.
///
/// Whoever starts it does so by the same command each time: what a start runs before the server, such as a migration, is
/// another one.
struct RestartWatch {
    private struct Identity: Hashable {
        let processID: Int32
        let startTicks: UInt64
    }

    private let targets: [Target]
    /// The commands of the processes that were signalled, for targets that are found by what a server does once it is up.
    private let commands: [[String]]
    private let ourselves: Int32
    private let publishedAt: Duration
    private var running: [Identity: ProcessEntry] = [:]
    private var ended: [[String]: [ProcessEntry]] = [:]
    /// How long to wait until the next look: often enough to see a program that fails at once, and a small part of the time.
    private(set) var pace = Duration.milliseconds(20)

    /// How many ends are no accident.
    private static let limit = 2

    init(_ reloader: Reloader, publishedAt: Duration) {
        targets = reloader.activeTargets
        commands = reloader.signalled.map(\.command).filter { !$0.isEmpty }
        ourselves = reloader.ourselves
        self.publishedAt = publishedAt
    }

    /// Looks once; the processes that ended, when it is no use to wait any longer.
    mutating func look() throws(ReloadError) -> [ProcessEntry]? {
        let begin = ContinuousClock.now
        let details = targets.reduce(ProcessDetails.arguments) { $0.union($1.details) }
        let table = try system("read the processes") { () throws(SystemError) in try ProcessTable.read(details) }
        var now: [Identity: ProcessEntry] = [:]
        for entry in roots(in: table) where entry.startTime >= publishedAt {
            now[Identity(processID: entry.processID, startTicks: entry.startTicks)] = entry
        }
        // One that is a root no more may live on below another.
        for (identity, entry) in running where now[identity] == nil {
            if let same = table.processes[identity.processID], same.startTicks == identity.startTicks, !same.isZombie {
                now[identity] = entry
            } else {
                ended[entry.arguments, default: []].append(entry)
            }
        }
        running = now
        pace = max(.milliseconds(20), begin.duration(to: .now) * 8)
        return ended.values.first { $0.count >= RestartWatch.limit }
    }

    private func roots(in table: ProcessTable) -> [ProcessEntry] {
        var roots: [ProcessEntry] = []
        for target in targets {
            switch target {
            case .name, .executable, .commandLine:
                // That nobody matches is what is looked for.
                roots += (try? TargetSearch(target: target, table: table, ourselves: ourselves).roots()) ?? []
            case .pidFile, .port: roots += sameCommands(in: table)
            }
        }
        return roots
    }

    /// The processes with a command that was signalled, less those below another one.
    private func sameCommands(in table: ProcessTable) -> [ProcessEntry] {
        let matches = table.processes.values.filter { !$0.isZombie && commands.contains($0.arguments) }
        let numbers = Set(matches.map(\.processID))
        return matches.filter { numbers.isDisjoint(with: table.ancestors(of: $0.processID)) }
    }
}
