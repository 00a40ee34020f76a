package import GitObjects
internal import Glibc
package import Layout
package import Posix

/// A file in each release that says which commit it is, for servers that are to answer with that.
///
/// It is no part of the commit: git passes over it, and so do we where a release is compared with its commit.
package struct RevisionFile: Sendable, Equatable {
    /// Where it lies, from the top of the release.
    package let path: String
    /// What is in it; `{hash}` and `{host}` stand for the commit and for the machine's name.
    package let template: String
    private let host: String

    package init(path: String, template: String, host: String) {
        self.path = path
        self.template = template
        self.host = host
    }

    /// What is in it for a commit.
    package func content(_ commit: ObjectID) -> [UInt8] {
        // A machine's name has no braces.
        Array(template.replacing("{host}", with: host).replacing("{hash}", with: "\(commit)").utf8)
    }

    /// Whether a release has it, as it should be.
    package func isWritten(in release: Release, _ layout: ReleaseLayout) throws(ReleaseError) -> Bool {
        try system { () throws(SystemError) in
            guard try Worktree(layout: layout).generatedPath(of: release.commit) == Array(path.utf8) else {
                return false
            }
            let expected = content(release.commit)
            do throws(SystemError) {
                let directory = try directory(in: release, layout, isMade: false)
                return try directory.readFile(entry: name, limit: expected.count + 1) == expected
            } catch  where error.isMissing || error.isWrongKind || error.code == EFBIG {
                return false
            }
        }
    }

    /// Writes it into a release; nobody ever sees half of it.
    ///
    /// - Throws: `refused` where the commit has something of that name.
    package func write(in release: Release, _ layout: ReleaseLayout) throws(ReleaseError) {
        let worktree = Worktree(layout: layout)
        let record = try system { () throws(SystemError) in try worktree.indexFile(of: release.commit) }
        let operation = "write the revision file \(path) into release \(release.commit)"
        guard let record else { throw .refused(operation: operation, reason: "there is no record of what was written") }
        if try system({ () throws(SystemError) in try record.holds(Array(path.utf8)) }) {
            throw .refused(operation: operation, reason: "the commit has that name; choose another one")
        }
        try system { () throws(SystemError) in
            // First what makes it ours: whenever we are stopped, it is no edit of somebody else's.
            try worktree.noteGenerated(Array(path.utf8), of: release.commit)
            try exclude(layout)
            let content = content(release.commit)
            try directory(in: release, layout, isMade: true).replaceFile(entry: name, content.span, mode: nil)
        }
    }

    private var parts: [Substring] { path.split(separator: "/") }
    private var name: String { String(parts.last ?? "") }

    /// The directory that it lies in; through no symbolic link, whatever the commit holds.
    private func directory(
        in release: Release, _ layout: ReleaseLayout, isMade: Bool
    ) throws(SystemError) -> FileDescriptor {
        var directory = try layout.open(release)
        for part in parts.dropLast().map(String.init) {
            if isMade {
                do throws(SystemError) {
                    try directory.makeDirectory(entry: part)
                } catch  where error.isTaken {
                    // What it is shows now.
                }
            }
            directory = try directory.open(entry: part, .read, [.directory, .noFollow])
        }
        return directory
    }

    /// Has git pass over it in each release.
    private func exclude(_ layout: ReleaseLayout) throws(SystemError) {
        let line = Array("/\(path)".utf8)
        let directory = layout.store.appending("info")
        let file = directory.appending("exclude")
        let lines = try file.readIfRegular(limit: 1 << 20) ?? []
        if lines.split(separator: UInt8(ascii: "\n")).contains(where: { $0.elementsEqual(line) }) { return }
        try directory.makeDirectories()
        let start = lines.isEmpty || lines.last == UInt8(ascii: "\n") ? lines : lines + [UInt8(ascii: "\n")]
        try file.replace(start + line + [UInt8(ascii: "\n")])
    }
}

extension Worktree {
    /// The name of the record of the file that we add to a release.
    private static let generation = "generated-file"

    /// The path of the file that we have added to a release; nil when there is none.
    package func generatedPath(of commit: ObjectID) throws(SystemError) -> [UInt8]? {
        try layout.record(of: commit).appending(Self.generation).readIfRegular(limit: 8192)
    }

    func noteGenerated(_ path: [UInt8], of commit: ObjectID) throws(SystemError) {
        try layout.record(of: commit).appending(Self.generation).replace(path, mode: nil)
    }
}

/// Whether something that lies in a release and is not in its commit is the file that we have added, or the way to it.
package func isGenerated(_ path: [UInt8], _ generated: [UInt8]?) -> Bool {
    guard let generated else { return false }
    return path == generated || generated.starts(with: path + [UInt8(ascii: "/")])
}
