/// Repositories that are big or hostile.
extension GitFixture {
    /// Puts a straight line of commits on a branch, each changing one file, and returns the hash of the last.
    ///
    /// 10,000 commits take well under a second.
    @discardableResult
    public func linearHistory(commits: Int, on branch: String = "main") throws -> String {
        precondition(commits > 0)
        let first = commitTime(after: commits)
        var parent = try tip(of: branch)
        var stream = FastImport()
        for number in 1...commits {
            stream.commit(
                to: "refs/heads/\(branch)", parent: parent, message: "commit \(number)",
                time: first + 60 * (number - 1), mark: number)
            stream.file(Array("counter".utf8), .text("\(number)\n"))
            parent = ":\(number)"
        }
        stream.printMark(commits)
        return try fastImport(stream)
    }

    /// Adds `count` small files, a hundred to a directory, in one commit, and returns its hash.
    ///
    /// File number n is `d0012/f0034.txt` for n = 1234, with the line `file 1234` and `bytesEach` bytes of text
    /// in it.
    @discardableResult
    public func manyFiles(_ count: Int, on branch: String = "main", bytesEach: Int = 200) throws -> String {
        var stream = FastImport()
        stream.commit(
            to: "refs/heads/\(branch)", parent: try tip(of: branch), message: "\(count) files", time: nextCommitTime(),
            mark: 1)
        let text = GitFixture.sampleText
        for number in 0..<count {
            let start = number &* 7919 % (text.count - bytesEach)
            stream.plainFile(
                GitFixture.manyFilesPath(number), Array("file \(number)\n".utf8) + text[start..<start + bytesEach])
        }
        stream.printMark(1)
        let hash = try fastImport(stream)
        // fast-import stores without deltas and in its own order; this is what a server that is looked after has.
        try git("repack", "-adq")
        return hash
    }

    /// The path of one of the files that `manyFiles` makes.
    public static func manyFilesPath(_ number: Int) -> String {
        "d\(padded(number / 100))/f\(padded(number % 100)).txt"
    }

    /// Makes the refs `PREFIX000000` and on, all at one commit, in packed form.
    public func manyRefs(_ count: Int, prefix: String = "refs/heads/many/", at commit: String = "main") throws {
        let hash = try resolve(commit)
        try git("pack-refs", "--all")
        // git itself would first write a file for each. The list of packed refs is sorted by name, and a line that
        // begins with `^` belongs to the one before.
        let lines = try TestFiles.text("\(path)/packed-refs").split(separator: "\n")
        let place =
            lines.firstIndex { !$0.hasPrefix("#") && !$0.hasPrefix("^") && $0.dropFirst(41) > prefix } ?? lines.count
        let new = (0..<count).map { "\(hash) \(prefix)\(Self.padded($0, to: 6))\n" }
        try TestFiles.write(
            lines[..<place].map { $0 + "\n" }.joined() + new.joined() + lines[place...].map { $0 + "\n" }.joined(),
            to: "\(path)/packed-refs")
    }

    /// One entry of a tree that is written without any check.
    public struct RawTreeEntry: Sendable {
        let mode: String
        let name: [UInt8]
        let hash: String

        /// An entry; `mode` is in octal as in the object, such as `100644` or `40000`.
        public init(mode: String, name: [UInt8], hash: String) {
            self.mode = mode
            self.name = name
            self.hash = hash
        }
    }

    /// Writes a tree with exactly these entries in this order, however wrong, and returns its hash.
    public func writeRawTree(_ entries: [RawTreeEntry]) throws -> String {
        var bytes: [UInt8] = []
        for entry in entries {
            bytes += Array("\(entry.mode) ".utf8) + entry.name + [0]
            let digits = Array(entry.hash.utf8)
            for index in stride(from: 0, to: digits.count - 1, by: 2) {
                bytes.append(UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) ?? 0)
            }
        }
        return try writeRawObject(type: "tree", bytes)
    }

    /// Writes an object of any type with any content, without any check, and returns its hash.
    public func writeRawObject(type: String, _ bytes: [UInt8]) throws -> String {
        try git(["hash-object", "-t", type, "-w", "--literally", "--stdin"], input: bytes)
    }

    /// Writes a blob and returns its hash.
    public func writeBlob(_ bytes: [UInt8]) throws -> String {
        try git(["hash-object", "-w", "--stdin"], input: bytes)
    }

    /// Commits a tree that is already written, points a branch at the commit and returns its hash.
    @discardableResult
    public func commit(tree: String, to branch: String = "main", message: String = "change") throws -> String {
        let parents = try tip(of: branch).map { ["-p", $0] } ?? []
        let hash = try git(["commit-tree", "-m", message] + parents + [tree])
        _ = nextCommitTime()
        try git("update-ref", "refs/heads/\(branch)", hash)
        return hash
    }

    /// Text that does not compress to nothing; files are cut from it, because making each anew takes too long.
    private static let sampleText: [UInt8] = {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        return (0..<65536).map { index in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return index % 64 == 0 ? 10 : 97 + UInt8(truncatingIfNeeded: state >> 33) % 26
        }
    }()

    private static func padded(_ number: Int, to width: Int = 4) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
