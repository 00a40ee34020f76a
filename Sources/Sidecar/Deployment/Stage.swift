/// The stages of a deployment, in order.
enum Stage: String, Sendable, CaseIterable {
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
struct StageError: Error, CustomStringConvertible {
    /// The stage.
    let stage: Stage
    /// What went wrong.
    let cause: any Error

    /// What went wrong, in words.
    var description: String { "\(cause)" }
}
