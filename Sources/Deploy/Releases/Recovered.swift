/// How a live release was found, and what was done about it.
public struct Recovered: Sendable {
    /// Whether it is what its commit says.
    public internal(set) var isVerified = false
    /// What was wrong with it; nil when nothing was.
    public internal(set) var damage: String?
    /// Whether it can be proved or repaired only by fetching its objects and deploying it once more.
    public internal(set) var needsDeployment = false
    /// Why it could not be looked at; nil when it could.
    public internal(set) var obstacle: String?
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
