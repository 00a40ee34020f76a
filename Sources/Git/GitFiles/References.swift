package import GitObjects

/// The references of a repository, read from its files: loose ones win over packed ones.
package struct References {
    /// Where `HEAD` is; in a worktree's case its own directory below `worktrees`.
    package let gitDirectory: String
    /// Where all other references are.
    package let commonDirectory: String

    package init(gitDirectory: String, commonDirectory: String) {
        self.gitDirectory = gitDirectory
        self.commonDirectory = commonDirectory
    }

    /// What a reference's file says.
    package enum Value: Equatable {
        case object(ObjectID)
        case symbolic(String)
    }

    /// The object that a reference names in the end; nil when there is none.
    package func resolve(_ name: String) throws(GitError) -> ObjectID? {
        let packed = try packedReferences()
        return try resolve(name, packed: packed)?.id
    }

    /// A reference's object, and the name at the end of its symbolic references.
    package func resolve(
        _ name: String, packed: [String: PackedReference]
    ) throws(GitError) -> (id: ObjectID, target: String)? {
        var current = name
        // Git itself follows five symbolic references and then takes them for a circle.
        for _ in 0..<6 {
            switch try loose(current) {
            case .object(let id): return (id, current)
            case .symbolic(let next): current = next
            case nil: return packed[current].map { ($0.id, current) }
            }
        }
        throw .malformed("read reference \(name)", "it refers to itself")
    }

    /// What the file of a loose reference says; nil when there is none.
    package func loose(_ name: String) throws(GitError) -> Value? {
        guard isSafe(name) else { throw .malformed("read reference \(name)", "no reference may have this name") }
        let directory = name.hasPrefix("refs/") ? commonDirectory : gitDirectory
        // A directory at this place only says that there are longer names.
        let file = "\(directory)/\(name)"
        guard !RepositoryFiles.isDirectory(file), var line = try RepositoryFiles.read(file, limit: 4096)?[...] else {
            return nil
        }
        while let last = line.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: " ") { line = line.dropLast() }
        let prefix = Array("ref:".utf8)
        if line.starts(with: prefix) {
            let target = line.dropFirst(prefix.count).drop { $0 == UInt8(ascii: " ") }
            return .symbolic(String(decoding: target, as: UTF8.self))
        }
        guard line.count >= 40, let id = objectName(line.prefix(40)) else {
            throw .malformed("read reference \(name)", "it names no object")
        }
        return .object(id)
    }

    /// Whether a name stays inside the repository.
    private func isSafe(_ name: String) -> Bool {
        !name.isEmpty && !name.utf8.contains(0)
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { $0 != ".." && $0 != "" }
    }

    /// A line of `packed-refs`, with the commit behind an annotated tag where git wrote it there.
    package struct PackedReference {
        package var id: ObjectID
        package var peeled: ObjectID?
    }

    /// Reads `packed-refs`.
    package func packedReferences() throws(GitError) -> [String: PackedReference] {
        let file = commonDirectory + "/packed-refs"
        guard let content = try RepositoryFiles.read(file, limit: 1 << 30) else { return [:] }
        var result: [String: PackedReference] = [:]
        var last = ""
        for line in content.split(separator: UInt8(ascii: "\n")) {
            if line.first == UInt8(ascii: "#") { continue }
            if line.first == UInt8(ascii: "^") {
                result[last]?.peeled = objectName(line.dropFirst().prefix(40))
                continue
            }
            guard line.count > 41, let id = objectName(line.prefix(40)) else {
                throw .malformed("read \(file)", "a line names no object")
            }
            last = String(decoding: line.dropFirst(41), as: UTF8.self)
            result[last] = PackedReference(id: id, peeled: nil)
        }
        return result
    }

    /// Takes a reference out of `packed-refs`; one that is not in it will do.
    package func removePacked(_ name: String) throws(GitError) {
        let file = commonDirectory + "/packed-refs"
        guard let content = try RepositoryFiles.read(file, limit: 1 << 30) else { return }
        let newline = UInt8(ascii: "\n")
        var isBelow = false
        var kept: [UInt8] = []
        for line in content.split(separator: newline) {
            // A line that begins with `^` belongs to the one above it.
            if line.first != UInt8(ascii: "^") { isBelow = line.dropFirst(41).elementsEqual(name.utf8) }
            if !isBelow { kept += line + [newline] }
        }
        if kept.count != content.count { try RepositoryFiles.replace(file, with: kept) }
    }
}

private func objectName(_ digits: ArraySlice<UInt8>) -> ObjectID? {
    ObjectID(hex: digits.span)
}
