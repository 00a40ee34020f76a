internal import Glibc
internal import Layout
internal import Posix

/// Looks at the processes of the application for signs of the release that they run.
struct EvidenceSearch {
    let places: ReleasePaths
    let publishedAt: Duration

    /// Open and mapped files are looked at in so many processes; in large applications workers are alike.
    private static let depthLimit = 64

    /// Looks at trees by their roots.
    func evidence(of roots: [Int32]) throws(ReloadError) -> Evidence {
        let table = try system("read the processes") { () throws(SystemError) in try ProcessTable.read([]) }
        var seen: Set<Int32> = []
        var processes: [ProcessEvidence] = []
        for root in roots {
            guard let entry = table.processes[root] else { continue }
            for process in [entry] + table.descendants(of: root)
            where !process.isZombie && seen.insert(process.processID).inserted {
                let isDeep = processes.count < EvidenceSearch.depthLimit
                if let evidence = try evidence(in: process, isRoot: process.processID == root, isDeep: isDeep) {
                    processes.append(evidence)
                }
            }
        }
        return Evidence.conclude(processes)
    }

    private func evidence(
        in listed: ProcessEntry, isRoot: Bool, isDeep: Bool
    ) throws(ReloadError) -> ProcessEvidence? {
        let read = try system(nil) { () throws(SystemError) in try ProcessEntry.read(listed.processID, .all) }
        guard let entry = read, entry.startTicks == listed.startTicks, !entry.isZombie else { return nil }
        var found = Uses()
        var isHidden = entry.executable == nil || entry.workingDirectory == nil
        if let path = entry.executable { found.add(places.release(of: path), .program) }
        for argument in entry.arguments where argument.contains("/") {
            found.add(places.release(of: argument), .argument)
        }
        if let path = entry.workingDirectory { found.add(places.release(of: path), .workingDirectory) }
        // What is known already would not change with files, which are the most to read.
        if isDeep, !isHidden, found.current == nil, found.other == nil {
            do {
                guard let directory = try ProcessDirectory.open(entry.processID) else { return nil }
                for path in try directory.mappedFiles() {
                    found.add(places.release(of: String(decoding: path, as: UTF8.self)), .mappedFile)
                }
                for path in try directory.openFiles() {
                    found.add(places.release(of: String(decoding: path, as: UTF8.self)), .openFile)
                }
            } catch {
                guard error.code == EACCES || error.code == EPERM else { throw ReloadError(error) }
                isHidden = true
            }
        }
        return ProcessEvidence(
            entry: entry, isRoot: isRoot, isFresh: entry.startTime >= publishedAt, current: found.current,
            other: found.other, isHidden: isHidden)
    }

    /// The strongest use of the published release, and of any other.
    private struct Uses {
        var current: ReleaseUse?
        var other: ReleaseUse?

        mutating func add(_ release: ReleasePaths.Found?, _ kind: ReleaseUse.Kind) {
            guard let release else { return }
            let use = ReleaseUse(kind: kind, release: release.name)
            if release.isCurrent { current = current ?? use } else { other = other ?? use }
        }
    }
}

/// Where releases are, for telling which one a path lies in.
struct ReleasePaths {
    /// The directory of the published release.
    let current: String
    /// The directories of the others.
    let others: [String]

    struct Found: Equatable {
        let name: String
        let isCurrent: Bool
    }

    /// The release that a path lies in; nil for none.
    ///
    /// The application may have the volume at another path than we have. So beside whole paths it counts what follows
    /// `.worktrees`, a name that nobody else gives.
    func release(of path: String) -> Found? {
        let path = withoutDeletedMark(path)
        if isInside(path, current) { return Found(name: name(current), isCurrent: true) }
        for other in others where isInside(path, other) { return Found(name: name(other), isCurrent: false) }
        guard path.contains("/\(ReleaseLayout.releasesName)/") else { return nil }
        let parts = path.split(separator: "/")
        guard let mark = parts.lastIndex(of: Substring(ReleaseLayout.releasesName)), mark + 1 < parts.count else {
            return nil
        }
        let found = String(parts[mark + 1])
        return Found(name: found, isCurrent: found == name(current))
    }

    private func isInside(_ path: String, _ directory: String) -> Bool {
        path.hasPrefix(directory)
            && (path.utf8.count == directory.utf8.count || path.dropFirst(directory.count).hasPrefix("/"))
    }

    private func name(_ directory: String) -> String {
        directory.split(separator: "/").last.map(String.init) ?? directory
    }
}
