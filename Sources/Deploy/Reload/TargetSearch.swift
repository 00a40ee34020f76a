internal import Posix

extension Target {
    /// Finds the root of each matching process tree and takes hold of it.
    ///
    /// - Throws: `noTarget`, `stalePidFile`, `permission` when it cannot be told who matches, or `invalid`.
    public func find() throws(ReloadError) -> [HeldProcess] {
        try find(ourselves: CurrentProcess.processID)
    }

    func find(ourselves: Int32) throws(ReloadError) -> [HeldProcess] {
        // All that were found may end before they are held, for example when the server is being restarted.
        for _ in 0..<3 {
            let table = try system("read the processes") { () throws(SystemError) in try ProcessTable.read(details) }
            let roots = try TargetSearch(target: self, table: table, ourselves: ourselves).roots()
            var held: [HeldProcess] = []
            for root in roots {
                if let process = try system(nil, { () throws(SystemError) in try HeldProcess(root) }) {
                    held.append(process)
                }
            }
            if !held.isEmpty { return held }
        }
        throw ReloadError(code: .noTarget, operation: "find \(self)", message: "what matches ends at once")
    }

    /// Throws when the target cannot mean anything.
    func check() throws(ReloadError) {
        guard case .commandLine(let pattern) = self else { return }
        _ = try compile(pattern)
    }

    func compile(_ pattern: String) throws(ReloadError) -> RegularExpression {
        do {
            return try RegularExpression(pattern)
        } catch {
            throw ReloadError(code: .invalid, operation: "use \(self)", message: "\(error)")
        }
    }
}

/// One look for what a target stands for in a table of processes.
struct TargetSearch {
    let target: Target
    let table: ProcessTable
    let ourselves: Int32

    /// The matches none of whose ancestors matches, in the order of their numbers.
    func roots() throws(ReloadError) -> [ProcessEntry] {
        let matches = try matches()
        let own = Set([ourselves] + table.descendants(of: ourselves).map(\.processID))
        let above: Set<Int32> = isVague ? Set([1] + table.ancestors(of: ourselves)) : []
        let allowed = matches.filter { entry in
            !entry.isZombie && !entry.isKernelThread && !own.contains(entry.processID)
                && !above.contains(entry.processID) && !entry.isPause
        }
        let numbers = Set(allowed.map(\.processID))
        let roots = allowed.filter { numbers.isDisjoint(with: table.ancestors(of: $0.processID)) }
        if roots.isEmpty { throw nothing(matches) }
        return roots.sorted { $0.processID < $1.processID }
    }

    private var isVague: Bool {
        if case .commandLine = target { true } else { false }
    }

    private func matches() throws(ReloadError) -> [ProcessEntry] {
        let entries = table.processes.values
        switch target {
        case .name(let name): return entries.filter { $0.isNamed(name) }
        case .executable(let path):
            return entries.filter { $0.executable.map(withoutDeletedMark) == path }
        case .commandLine(let pattern):
            let expression = try target.compile(pattern)
            return entries.filter { !$0.arguments.isEmpty && expression.matches($0.commandLine) }
        case .pidFile(let path): return [try PidFile(path: path, table: table, target: target).process()]
        case .port(let port): return try Listeners(port: port, table: table, target: target).processes()
        }
    }

    /// Why there is no target, as far as it can be told.
    private func nothing(_ matches: [ProcessEntry]) -> ReloadError {
        func failure(_ message: String, hint: String? = nil) -> ReloadError {
            ReloadError(code: .noTarget, operation: "find \(target)", message: message, hint: hint)
        }
        if let match = matches.first {
            if let zombie = matches.first(where: \.isZombie) {
                return failure("\(zombie.shown) has ended and waits for process \(zombie.parentID) to notice")
            }
            if match.isPause { return failure("\(match.shown) only holds the pod together") }
            if match.processID == 1, isVague {
                return failure("only process 1 (\(match.name)) matches", hint: "name it with name: or exe:")
            }
            return failure("only we ourselves match, or what started us, or what we started")
        }
        if table.isPartial {
            return failure(
                "no process matches", hint: "/proc hides the processes of other users from us (hidepid)")
        }
        let hidden = table.processes.values.filter { $0.executable == nil && !$0.isKernelThread && !$0.isZombie }
        if case .executable = target, !hidden.isEmpty {
            return failure(
                "no process matches, as far as we may know",
                hint: "the programs of \(hidden.count) processes are hidden from uid "
                    + "\(CurrentProcess.effectiveUserID): run the sidecar with the uid of the application")
        }
        return failure("no process matches")
    }
}

extension ProcessEntry {
    /// Whether it is the process that holds a pod's namespaces, for which no signal means anything good.
    fileprivate var isPause: Bool { processID == 1 && name == "pause" }
}
