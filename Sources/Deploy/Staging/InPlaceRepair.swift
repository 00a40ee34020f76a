internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Layout
package import Posix
package import Releases

extension Stager {
    /// Makes a release what its commit says, file by file, in its place.
    ///
    /// With `byContent` every byte is compared with the commit, since the record may not be relied on.
    package func repair(
        _ release: Release, byContent: Bool = false, deadline: Deadline
    ) throws(ReleaseError) -> Remade {
        guard let submodules = try layout.recordedSubmodules(release, objects) else { return .unknownSubmodules }
        let repair = InPlaceRepair(stager: self, release: release, byContent: byContent, deadline: deadline)
        return try repair.run(submodules) ? .made(release) : .prepared
    }
}

/// Makes a release what its commit says, in its place: each file that differs is written beside it and renamed over it.
///
/// No directory of the release is exchanged or removed, so that a process which works in one goes on. What lies where
/// something of another kind belongs is moved away first. What was added stays, unless edits are treated strictly.
struct InPlaceRepair {
    let stager: Stager
    let release: Release
    /// Whether every byte is compared with the commit, since the record may not be relied on.
    let byContent: Bool
    let deadline: Deadline

    private var layout: ReleaseLayout { stager.layout }
    private var worktree: Worktree { Worktree(layout: layout) }

    /// Repairs the release and the submodules that it was made with.
    ///
    /// - Returns: false, with nothing changed, where something is damaged that a command made, which the store has not.
    func run(_ submodules: [SubmoduleCheckout]) throws(ReleaseError) -> Bool {
        let bench = try system { () throws(SystemError) in
            _ = try layout.stagingPlace.makeDirectories()
            let place = layout.stagingPlace.unused()
            try place.makeDirectory()
            return place
        }
        let isRepaired: Bool
        do throws(ReleaseError) {
            isRepaired = try repair(submodules, on: bench)
        } catch {
            // The failure to report is the first one; what is left goes at the next start.
            _ = try? layout.discard(bench)
            throw error
        }
        // What was moved away lies there too, and may be large.
        _ = try system { () throws(SystemError) in try layout.discard(bench) }
        return isRepaired
    }

    private func repair(_ submodules: [SubmoduleCheckout], on bench: Place) throws(ReleaseError) -> Bool {
        let directory = try system { () throws(SystemError) in try layout.open(release) }
        let tools = try system { () throws(SystemError) in try Bench(bench) }
        guard try repair(nil, directory.number, tools) else { return false }
        for submodule in submodules {
            let cursor = DirectoryCursor(root: directory.number, creates: true)
            try system { () throws(SystemError) in try cursor.enter(submodule) }
            guard try repair(submodule, cursor.descriptor, tools) else { return false }
        }
        return true
    }

    /// Repairs the release's own files, or those of a submodule, in the directory that is open.
    private func repair(
        _ submodule: SubmoduleCheckout?, _ directory: Int32, _ bench: Bench
    ) throws(ReleaseError) -> Bool {
        let prepared = try system { () throws(SystemError) in
            try worktree.preparedIndex(of: release.commit, submodule)
        }
        let expectation = try expectation(submodule, bench)
        var index = expectation.index
        let isNew = expectation.open != nil
        if isNew { try system { () throws(SystemError) in try fill(&index, prepared, directory) } }
        let verification = Verification(index: index, prepared: prepared, directory: directory, open: expectation.open)
        let damaged = try verification.files(threads: stager.options.usedThreads, deadline).map(\.path)
        if let prepared, damaged.contains(where: { prepared.entry(at: $0) != nil }) { return false }
        if stager.options.edits == .strict, prepared == nil {
            let generated = try system { () throws(SystemError) in try worktree.generatedPath(of: release.commit) }
            for added in try verification.additions(deadline) where !isGenerated(added.path, generated) {
                try system { () throws(SystemError) in try bench.moveAway(added.path, directory) }
            }
        }
        let entries = damaged.compactMap { index.entry(at: $0) }
        try write(entries, of: &index, submodule, directory, bench)
        try restorePointer(submodule, directory, bench)
        guard isNew || !entries.isEmpty || submodule == nil else { return true }
        return try system { () throws(SystemError) in
            let place = layout.record(of: release.commit)
            try worktree.restore(
                index, worktree.record(describing: release.commit, submodule),
                in: submodule.map { place.appending($0.location) } ?? place)
            return true
        }
    }

    /// What the files should be like: by the record, or by the commit where that is of no use.
    private func expectation(
        _ submodule: SubmoduleCheckout?, _ bench: Bench
    ) throws(ReleaseError) -> (index: ReleaseIndex, open: (@Sendable () throws(ReleaseError) -> any ContentReader)?) {
        let record = try system { () throws(SystemError) in try worktree.index(of: release.commit, submodule) }
        if let record, !byContent, record.origin.settings == stager.options(for: submodule).fingerprint,
            record.origin.permissions == bench.volume.permissions
        {
            return (record, nil)
        }
        let expected = try stager.expected(release, submodule, bench.volume.permissions, deadline)
        return (expected.index, expected.open)
    }

    /// Notes what the files are like before their bytes are compared: a later edit then shows.
    ///
    /// What a command made stays unknown, so that it is never taken for what the commit holds.
    private func fill(
        _ index: inout ReleaseIndex, _ prepared: ReleaseIndex?, _ directory: Int32
    ) throws(SystemError) {
        let cursor = DirectoryCursor(root: directory, creates: false)
        for entry in 0..<index.count where !index.isSkipped(entry) && index.mode(entry) != FileMode.submodule.octal {
            let path = Array(index.bytes[index.pathRange(entry)])
            if prepared?.entry(at: path) != nil { continue }
            do throws(SystemError) {
                let start = try cursor.enter(directoryOf: path.span)
                let name = Array(path[start...]) + [0]
                index.fill(entry, try TreeFile.status(in: cursor.descriptor, name.span))
            } catch  where error.isNotFound || error.isNotDirectory {
                continue
            }
        }
    }

    /// Writes the files of some entries beside, and renames each into its place.
    private func write(
        _ entries: [Int], of index: inout ReleaseIndex, _ submodule: SubmoduleCheckout?, _ directory: Int32,
        _ bench: Bench
    ) throws(ReleaseError) {
        if entries.isEmpty { return }
        if entries.contains(where: { index.fingerprint($0) != 0 && index.filters[$0] == nil }) {
            // The record tells that their bytes went through a filter and not through which.
            let whole = try stager.expected(release, submodule, index.origin.permissions, deadline).index
            index.filters.merge(whole.filters) { known, _ in known }
        }
        let fresh = try system { () throws(SystemError) in try bench.newDirectory() }
        let writing = Writing(
            index: index, entries: entries, target: fresh.number, hasPreciseTimes: bench.volume.hasPreciseTimes,
            keepsTimes: false, space: stager.options.space)
        let queue = WorkQueue(entries.count, threads: 1, operation: "repair a release", deadline: deadline)
        let outcome = try writing.work(queue, stager.objects(of: submodule))
        for (entry, status) in outcome.filled { index.fill(entry, status) }
        let source = DirectoryCursor(root: fresh.number, creates: false)
        let target = DirectoryCursor(root: directory, creates: true)
        for entry in entries {
            let path = Array(index.bytes[index.pathRange(entry)])
            let isDirectory = index.mode(entry) == FileMode.submodule.octal
            try system { () throws(SystemError) in
                try deadline.check("repair a release")
                try put(path, isDirectory: isDirectory, from: source, to: target, directory, bench)
            }
        }
    }

    private func put(
        _ path: [UInt8], isDirectory: Bool, from source: DirectoryCursor, to target: DirectoryCursor,
        _ directory: Int32, _ bench: Bench
    ) throws(SystemError) {
        _ = try source.enter(directoryOf: path.span)
        let start: Int
        do throws(SystemError) {
            start = try target.enter(directoryOf: path.span)
        } catch  where error.isNotDirectory {
            try bench.clearWay(to: path, directory)
            start = try target.enter(directoryOf: path.span)
        }
        let name = Array(path[start...]) + [0]
        let found = try statusIfPresent(name, target.descriptor)
        if let found, (found.kind == .directory) != isDirectory { try bench.moveAway(name, in: target.descriptor) }
        if isDirectory {
            try TreeFile.makeDirectory(in: target.descriptor, name.span, orExists: true)
        } else {
            try TreeFile.rename(name.span, from: source.descriptor, to: target.descriptor, as: name.span)
        }
    }

    private func statusIfPresent(_ name: [UInt8], _ directory: Int32) throws(SystemError) -> FileStatus? {
        do throws(SystemError) {
            return try TreeFile.status(in: directory, name.span)
        } catch  where error.isNotFound {
            return nil
        }
    }

    /// Writes the `.git` file again where it does not lead to the record.
    private func restorePointer(
        _ submodule: SubmoduleCheckout?, _ directory: Int32, _ bench: Bench
    ) throws(ReleaseError) {
        try system { () throws(SystemError) in
            let content: [UInt8]
            if let submodule {
                if try worktree.isPointed(submodule, of: release.commit, at: release.path, in: directory) { return }
                content = worktree.pointer(submodule, of: release.commit, at: release.path)
            } else {
                let place = try layout.place(of: release)
                content = worktree.pointer(release.commit, at: place.path)
                // Other tools write an absolute path, which leads nowhere when the volume is mounted elsewhere.
                if try place.appending(Worktree.pointerName).readIfRegular(limit: 8192) == content { return }
            }
            let name = Worktree.terminatedPointerName
            let fresh = try bench.newDirectory()
            try worktree.writePointer(content, in: fresh.number)
            if try statusIfPresent(name, directory)?.kind == .directory { try bench.moveAway(name, in: directory) }
            try TreeFile.rename(name.span, from: fresh.number, to: directory, as: name.span)
        }
    }
}

/// A directory beside the releases in which new files are written and to which is moved what is in their way.
private struct Bench {
    let volume: VolumeTraits
    private let place: Place

    init(_ place: Place) throws(SystemError) {
        self.place = place
        let directory = try place.openDirectory()
        volume = try VolumeTraits(probing: directory.number)
    }

    func newDirectory() throws(SystemError) -> FileDescriptor {
        let fresh = place.unused()
        try fresh.makeDirectory()
        return try fresh.openDirectory()
    }

    /// Moves away what lies at a path below a directory.
    func moveAway(_ path: [UInt8], _ directory: Int32) throws(SystemError) {
        let cursor = DirectoryCursor(root: directory, creates: false)
        do throws(SystemError) {
            let start = try cursor.enter(directoryOf: path.span)
            try moveAway(Array(path[start...]) + [0], in: cursor.descriptor)
        } catch  where error.isNotFound || error.isNotDirectory {
            // Somebody else has done so.
        }
    }

    /// Moves away an entry of a directory; its name ends in a zero byte.
    func moveAway(_ name: [UInt8], in directory: Int32) throws(SystemError) {
        let target = try place.openDirectory()
        let aside = Array(TemporaryName.make().utf8) + [0]
        try TreeFile.rename(name.span, from: directory, to: target.number, as: aside.span)
    }

    /// Moves away what lies in a directory's place on the way to a path.
    func clearWay(to path: [UInt8], _ directory: Int32) throws(SystemError) {
        let cursor = DirectoryCursor(root: directory, creates: false)
        for slash in path.indices where path[slash] == UInt8(ascii: "/") {
            let parent = Array(path[..<slash])
            do throws(SystemError) {
                _ = try cursor.enter(directoryOf: (parent + [UInt8(ascii: "/")]).span)
            } catch  where error.isNotDirectory {
                return try moveAway(parent, directory)
            } catch  where error.isNotFound {
                // Neither is there anything below it.
                return
            }
        }
    }
}
