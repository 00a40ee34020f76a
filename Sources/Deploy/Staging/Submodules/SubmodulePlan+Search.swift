internal import GitFiles
package import GitObjects
package import GitStore
internal import Layout
internal import Patterns
internal import Posix
package import Releases

extension SubmodulePlan {
    /// Finds the submodules of a commit: its entries of that kind which `.gitmodules` names.
    ///
    /// As in git, an entry that the file does not name, one with `update = none`, and one that sparse rules exclude stay
    /// empty directories or are left out.
    ///
    /// - Parameters:
    ///   - commit: the commit.
    ///   - objects: the store that holds it, its trees and its `.gitmodules`.
    ///   - parent: the submodule whose commit it is; nil for the release's own.
    ///   - sparsePatterns: what the release is restricted to; nil for everything.
    /// - Throws: `refused` for names, paths and URLs that lead elsewhere than they should.
    package init(
        of commit: ObjectID, in objects: ObjectStore, inside parent: SubmoduleCheckout? = nil,
        sparsePatterns: [UInt8]? = nil
    ) throws(ReleaseError) {
        let root = try store { () throws(GitError) in try objects.commit(commit).tree }
        let file = try store { () throws(GitError) in try entry(Array(".gitmodules".utf8), of: root, in: objects) }
        guard let file, file.mode == .file || file.mode == .executable else {
            self.init([])
            return
        }
        let operation = "read .gitmodules of \(parent?.pathText ?? "commit \(commit)")"
        let object = try store { () throws(GitError) in try objects.read(file.id) }
        let content = try object.withBytes { (bytes) throws(ReleaseError) in
            do throws(GitConfigFile.SyntaxError) {
                return try SubmoduleFile(bytes)
            } catch {
                throw .refused(operation: operation, reason: "\(error)")
            }
        }
        let sparse = sparsePatterns.map { SparseRules($0.span) }
        var found: [Submodule] = []
        for section in content.sections {
            guard let path = section.path else { continue }
            try check(section, path, operation)
            guard content.section(at: path) == section,
                let entry = try store({ () throws(GitError) in try entry(path, of: root, in: objects) }),
                entry.mode == .submodule,
                // Git does not take a submodule for a directory here.
                sparse?.includes(path.span, isDirectory: false) ?? true
            else { continue }
            if let submodule = try submodule(section, path, entry.id, inside: parent, operation) {
                found.append(submodule)
            }
        }
        self.init(found)
    }
}

private func submodule(
    _ section: SubmoduleFile.Section, _ path: [UInt8], _ commit: ObjectID, inside parent: SubmoduleCheckout?,
    _ operation: String
) throws(ReleaseError) -> Submodule? {
    let name = String(decoding: section.name, as: UTF8.self)
    switch section.update.map({ String(decoding: $0, as: UTF8.self) }) {
    case "none": return nil
    case nil, "checkout", "rebase", "merge": break
    default:
        // A command of the repository's choice is never run; git refuses it in this file as well.
        throw .refused(
            operation: operation,
            reason: "submodule '\(name)' has an update setting that is not checkout, rebase, merge or none")
    }
    guard let url = section.url.flatMap({ String(validating: $0, as: UTF8.self) }) else {
        throw .refused(
            operation: operation,
            reason: "submodule '\(name)' has no url; add one, set update = none, or choose --submodules=off")
    }
    let location = SubmoduleCheckout.location(of: section.name, inside: parent?.location)
    guard location.utf8.count < 2048, lastComponent(of: location).utf8.count <= 200 else {
        throw .refused(operation: operation, reason: "the name of submodule '\(name)' is too long")
    }
    return Submodule(
        name: name, url: url, branch: section.branch.flatMap { String(validating: $0, as: UTF8.self) },
        checkout: SubmoduleCheckout(
            path: (parent.map { $0.path + [UInt8(ascii: "/")] } ?? []) + path, commit: commit, location: location))
}

/// Throws where a name or a path leads out of where it belongs, whether it is used in this commit or not.
private func check(
    _ section: SubmoduleFile.Section, _ path: [UInt8], _ operation: String
) throws(ReleaseError) {
    let name = String(decoding: section.name, as: UTF8.self)
    if let refusal = SubmoduleSafety.refusal(ofName: section.name.span) {
        throw .refused(operation: operation, reason: "the name of submodule '\(name)' is not allowed: \(refusal)")
    }
    if let refusal = SubmoduleSafety.refusal(ofPath: path.span) {
        let text = String(decoding: path, as: UTF8.self)
        throw .refused(
            operation: operation, reason: "the path '\(text)' of submodule '\(name)' is not allowed: \(refusal)")
    }
}

/// The entry at a path of a tree; nil when there is none.
private func entry(
    _ path: [UInt8], of root: ObjectID, in objects: ObjectStore
) throws(GitError) -> (mode: FileMode, id: ObjectID)? {
    var current: (mode: FileMode, id: ObjectID) = (.tree, root)
    for component in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
        guard current.mode == .tree else { return nil }
        var found: (mode: FileMode, id: ObjectID)?
        try objects.forEachEntry(ofTree: current.id) { name, mode, id in
            if found == nil, areEqual(component.span, name) {
                found = (mode, id)
            }
        }
        guard let found else { return nil }
        current = found
    }
    return current
}
