/// Where a release is not as it was made.
public struct Difference: Sendable, Equatable, CustomStringConvertible {
    /// The kinds of differences.
    public enum Kind: String, Sendable, CaseIterable {
        /// The file is not there.
        case missing
        /// The file's content, kind or permissions are other ones.
        case changed
        /// There is something that the commit does not hold.
        case added
        /// The link does not lead to the release.
        case unpublished
        /// There is no record of how the release was made, or it is damaged: nothing is known about any file.
        case unproven
    }

    /// What is different.
    public let kind: Kind
    /// Where, from the top of the release; empty for the release as a whole.
    public let path: [UInt8]

    /// The path of the release's own directory.
    static let top = Array(".".utf8)

    /// Says what is different.
    public init(kind: Kind, path: [UInt8]) {
        self.kind = kind
        self.path = path
    }

    /// `missing: <path>`.
    public var description: String { "\(kind.rawValue): \(String(decoding: path, as: UTF8.self))" }
}
