/// Something in a release that is not as we wrote it.
public struct ReleaseDifference: Sendable, Equatable {
    /// What is different.
    public enum Kind: String, Sendable {
        /// A file is gone.
        case missing
        /// A file has other content, permissions or times, or is of another kind.
        case changed
        /// There is something that the commit does not have.
        case added
        /// What makes the directory a worktree of its commit is gone or names another one.
        case record
        /// The link does not lead to the release.
        case link
    }

    /// What is different.
    public let kind: Kind
    /// The path in the release, as bytes; for a link the path of that.
    public let path: [UInt8]

    init(_ kind: Kind, _ path: [UInt8]) {
        self.kind = kind
        self.path = path
    }

    init(_ kind: Kind, _ path: String) {
        self.init(kind, Array(path.utf8))
    }
}

extension ReleaseDifference: CustomStringConvertible {
    /// For people, such as `changed: d/file`.
    public var description: String { "\(kind.rawValue): \(String(decoding: path, as: UTF8.self))" }
}

extension [ReleaseDifference] {
    /// The first few for people.
    var summary: String {
        prefix(3).map(\.description).joined(separator: ", ") + (count > 3 ? " and more" : "")
    }
}
