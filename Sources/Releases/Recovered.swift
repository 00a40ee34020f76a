/// How a root was found at start, and what was done about it.
public struct Recovered {
    /// The release that readers of the link see; nil when there is none.
    public internal(set) var live: Release?
    /// Whether the live release was proved to be what its commit says.
    public internal(set) var isVerified = false
    /// Whether the store lacks objects of the live release, so that it can be repaired only after a fetch.
    public internal(set) var needsFetch = false
    /// Whether the live release can be repaired only by deploying it once more, with the command that prepares it.
    public internal(set) var needsDeployment = false
    /// What was found and done.
    public internal(set) var findings: [Finding] = []
}

/// One thing that was found, for the log: a sentence that is always the same, and what it is about.
public struct Finding: Sendable, Equatable {
    /// The sentence.
    public let message: String
    /// What it is about: paths, commits, words of the system.
    public let subject: String
}

extension Finding: CustomStringConvertible {
    /// The sentence with its subject.
    public var description: String { subject.isEmpty ? message : "\(message): \(subject)" }
}
