/// What a commit says, copied out.
public struct Commit: Sendable, Equatable {
    /// The commit's own name.
    public let id: ObjectID
    /// The tree that it holds.
    public let tree: ObjectID
    /// The commits that it follows, the first parent first.
    public let parents: [ObjectID]
    /// Who wrote the change.
    public let authorName: String
    /// The author's mail address.
    public let authorEmail: String
    /// When the change was written, in seconds since 1970.
    public let authorTime: Int64
    /// When the commit was made, in seconds since 1970.
    public let committerTime: Int64
    /// The first paragraph of the message, in one line.
    public let subject: String
}

extension Commit {
    /// Reads the bytes of a commit object.
    ///
    /// Names and dates may be damaged in old histories, and are then empty or zero; the tree and the parents must be
    /// right.
    public init(id: ObjectID, bytes: Span<UInt8>) throws(MalformedObject) {
        var header = HeaderCursor()
        guard header.advance(in: bytes), header.has("tree", in: bytes), let tree = header.name(in: bytes) else {
            throw MalformedObject("read commit \(id)", "it names no tree")
        }
        var parents: [ObjectID] = []
        var (author, committer) = (Person(), Person())
        while header.advance(in: bytes) {
            if header.has("parent", in: bytes) {
                guard let parent = header.name(in: bytes) else {
                    throw MalformedObject("read commit \(id)", "it names a parent that is no object name")
                }
                parents.append(parent)
            } else if header.has("author", in: bytes) {
                author = Person(bytes.extracting(header.value))
            } else if header.has("committer", in: bytes) {
                committer = Person(bytes.extracting(header.value))
            }
        }
        self.init(
            id: id, tree: tree, parents: parents, authorName: author.name, authorEmail: author.email,
            authorTime: author.time, committerTime: committer.time,
            subject: subjectLine(bytes.extracting(header.rest..<bytes.count)))
    }
}

/// A line `Name <mail> seconds zone`.
private struct Person {
    var name = ""
    var email = ""
    var time: Int64 = 0

    init() {}

    init(_ line: Span<UInt8>) {
        guard let open = firstIndex(of: UInt8(ascii: "<"), in: line),
            let close = lastIndex(of: UInt8(ascii: ">"), in: line), open < close
        else { return }
        name = trimmed(readableText(line.extracting(0..<open)))
        email = readableText(line.extracting(open + 1..<close))
        let when = readableText(line.extracting(close + 1..<line.count)).split(separator: " ")
        time = when.first.flatMap { Int64($0) } ?? 0
    }
}

private func subjectLine(_ message: Span<UInt8>) -> String {
    let lines = readableText(message).split(separator: "\n", omittingEmptySubsequences: false).map { trimmed($0) }
    return lines.drop { $0.isEmpty }.prefix { !$0.isEmpty }.joined(separator: " ")
}

private func trimmed(_ text: some StringProtocol) -> String {
    var rest = text[...]
    while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
    while rest.last?.isWhitespace == true { rest = rest.dropLast() }
    return String(rest)
}
