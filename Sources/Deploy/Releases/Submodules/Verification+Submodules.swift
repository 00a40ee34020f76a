internal import Layout
package import Posix

extension ReleaseVerifier {
    /// Finds out where a release's submodules, as it was made with them, are not as they were made.
    package func verifySubmodules(
        of release: Release, _ depth: VerificationDepth, _ deadline: Deadline
    ) throws(ReleaseError) -> [Difference] {
        var differences: [Difference] = []
        for submodule in try layout.submodules(of: release.commit) {
            for difference in try verify(submodule, of: release, depth, deadline) {
                let path = difference.path.isEmpty ? [] : [UInt8(ascii: "/")] + difference.path
                differences.append(Difference(kind: difference.kind, path: submodule.path + path))
            }
        }
        return differences
    }

    private func verify(
        _ submodule: SubmoduleCheckout, of release: Release, _ depth: VerificationDepth, _ deadline: Deadline
    ) throws(ReleaseError) -> [Difference] {
        let worktree = Worktree(layout: layout)
        let (record, prepared) = try system { () throws(SystemError) in
            (
                try worktree.index(of: release.commit, submodule),
                try worktree.preparedIndex(of: release.commit, submodule)
            )
        }
        guard let record else { return [Difference(kind: .unproven, path: [])] }
        let top = try system { () throws(SystemError) in try layout.open(release) }
        guard let inside = try enter(submodule, top) else { return [Difference(kind: .missing, path: [])] }
        let isPointed = try system { () throws(SystemError) in
            try worktree.isPointed(submodule, of: release.commit, at: release.path, in: inside.descriptor)
        }
        var differences = isPointed ? [] : [Difference(kind: .changed, path: Array(".git".utf8))]
        let expected = try expected(release, submodule, record, depth)
        let verification = Verification(
            index: expected?.index ?? record, prepared: prepared, directory: inside.descriptor, open: expected?.open)
        differences += try verification.files(threads: threads, deadline)
        if depth != .quick, prepared == nil { differences += try verification.additions(deadline) }
        return differences
    }

    /// Notes what a command has changed in a release's submodules.
    func acceptChangesInSubmodules(of release: Release, _ deadline: Deadline) throws(ReleaseError) {
        let worktree = Worktree(layout: layout)
        for submodule in try layout.submodules(of: release.commit) {
            let record = try system { () throws(SystemError) in try worktree.index(of: release.commit, submodule) }
            guard let record else {
                throw .refused(
                    operation: "note the changes in \(release.path)/\(submodule.pathText)",
                    reason: "its record is damaged")
            }
            let top = try system { () throws(SystemError) in try layout.open(release) }
            guard let inside = try enter(submodule, top) else {
                throw .refused(
                    operation: "note the changes in \(release.path)/\(submodule.pathText)",
                    reason: "the submodule is gone")
            }
            let verification = Verification(index: record, prepared: nil, directory: inside.descriptor, open: nil)
            let changed = try verification.files(threads: threads, deadline)
            try system { () throws(SystemError) in
                try worktree.writePrepared(
                    try verification.present(changed.map(\.path)), of: release.commit, submodule)
            }
        }
    }

    /// A cursor in a submodule's directory; nil when it is not there.
    private func enter(
        _ submodule: SubmoduleCheckout, _ top: borrowing FileDescriptor
    ) throws(ReleaseError) -> DirectoryCursor? {
        let cursor = DirectoryCursor(root: top.number, creates: false)
        do throws(SystemError) {
            try cursor.enter(submodule)
            return cursor
        } catch  where error.isNotFound || error.isNotDirectory {
            return nil
        } catch {
            throw .system(error)
        }
    }
}
