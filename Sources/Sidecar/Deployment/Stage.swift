/// The stages of a deployment, in order.
public enum Stage: String, Sendable, CaseIterable {
    /// Ask the remote what the reference stands for.
    case resolve
    /// Bring the commit into the object store.
    case fetch
    /// Check its signature.
    case verify
    /// Make its directory.
    case stage
    /// Run the prepare command in it.
    case prepare
    /// Let the validate command judge it.
    case validate
    /// Swap the link.
    case publish
    /// Tell the application.
    case notify
    /// Make sure that the application runs it.
    case confirm
    /// Put away what it replaced.
    case keep
}

/// A stage that failed.
public struct StageError: Error, CustomStringConvertible {
    /// The stage.
    public let stage: Stage
    /// What went wrong.
    public let cause: any Error

    /// What went wrong, in words.
    public var description: String { "\(cause)" }
}
