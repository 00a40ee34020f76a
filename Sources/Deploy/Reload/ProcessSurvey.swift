public import Posix

/// All processes that can be seen, and which of them a signal would reach now.
public struct ProcessSurvey: Sendable {
    /// A process, and what a signal has to do with it.
    public struct Finding: Sendable, Equatable {
        /// The process.
        public let entry: ProcessEntry
        /// Whether it would be signalled.
        public let isSignalled: Bool
        /// Why, or why not, in words.
        public let why: String
    }

    /// A target, and why it stands for nobody.
    public struct TargetFinding: Sendable, Equatable {
        /// The target.
        public let target: Target
        /// What is wrong; nil when nothing is.
        public let problem: ReloadError?
    }

    /// The targets, in their order.
    public let targets: [TargetFinding]
    /// The processes, in the order of their numbers.
    public let processes: [Finding]

    /// Looks for targets, without changing anything; blocks no longer than reading `/proc` takes.
    public init(_ targets: [Target]) throws(SystemError) {
        try self.init(targets, ourselves: CurrentProcess.processID)
    }

    init(_ targets: [Target], ourselves: Int32) throws(SystemError) {
        let table = try ProcessTable.read()
        var survey = Survey(table: table, ourselves: ourselves)
        self.targets = targets.map { target in
            do throws(ReloadError) {
                try survey.find(target)
                return TargetFinding(target: target, problem: nil)
            } catch {
                return TargetFinding(target: target, problem: error)
            }
        }
        processes = table.processes.values.sorted { $0.processID < $1.processID }.map { survey.judge($0, targets) }
    }
}

private struct Survey {
    let table: ProcessTable
    let ourselves: Int32
    /// What each root is found by, and why it cannot be signalled.
    private var roots: [Int32: (target: Target, problem: ReloadError?)] = [:]

    init(table: ProcessTable, ourselves: Int32) {
        self.table = table
        self.ourselves = ourselves
    }

    mutating func find(_ target: Target) throws(ReloadError) {
        var problem: ReloadError?
        for root in try TargetSearch(target: target, table: table, ourselves: ourselves).roots() {
            guard let process = try system(nil, { () throws(SystemError) in try HeldProcess(root) }) else { continue }
            do throws(ReloadError) {
                try process.checkPermission()
                if roots[root.processID] == nil { roots[root.processID] = (target, nil) }
            } catch {
                problem = problem ?? error
                if roots[root.processID] == nil { roots[root.processID] = (target, error) }
            }
        }
        if let problem { throw problem }
    }

    func judge(_ entry: ProcessEntry, _ targets: [Target]) -> ProcessSurvey.Finding {
        let number = entry.processID
        func not(_ why: String) -> ProcessSurvey.Finding {
            ProcessSurvey.Finding(entry: entry, isSignalled: false, why: why)
        }
        if let root = roots[number] {
            if let problem = root.problem { return not("\(root.target) finds it, but \(problem.message)") }
            return ProcessSurvey.Finding(
                entry: entry, isSignalled: true, why: "root of the tree that \(root.target) finds")
        }
        if number == ourselves { return not("the sidecar itself") }
        let ancestors = table.ancestors(of: number)
        if ancestors.contains(ourselves) { return not("started by the sidecar") }
        if entry.isKernelThread { return not("a thread of the kernel") }
        if entry.isZombie { return not("it has ended") }
        if targets.isEmpty { return not("no signal is asked for") }
        if let above = ancestors.first(where: { roots[$0] != nil }), let root = roots[above] {
            return not("below process \(above), which \(root.target) finds")
        }
        return not("no target finds it")
    }
}
