package import GitObjects

/// The stages of a deployment, in order.
package enum Stage: String, Sendable, CaseIterable {
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
    /// Start it on a free port, and see whether it becomes well.
    case trial
    /// Swap the link.
    case publish
    /// Tell the application.
    case notify
    /// Make sure that the application runs it.
    case confirm
    /// Put away what it replaced.
    case keep
}

/// Why a port could not do what it was asked.
package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
    /// Who is to blame, which decides what happens next.
    package enum Blame: Sendable, Equatable {
        /// The commit: it is held back.
        case commit
        /// The remote or the machine: the attempt is repeated.
        case attempt
        /// Our configuration: the commit is put off until that has changed.
        case configuration
        /// An object is missing or changed in our store: the store is looked at, and the attempt repeated at once.
        case store
        /// The work was called off; nothing is known.
        case cancelled
        /// A newer commit is waiting.
        case overtaken(by: ObjectID)
    }

    package var description: String
    /// What the command, the server or the application said, bounded.
    package var output: String
    package var blame: Blame
    /// How long the remote asked us to stay away.
    package var retryAfter: Duration?

    package init(
        _ description: String, output: String = "", blame: Blame = .attempt, retryAfter: Duration? = nil
    ) {
        self.description = description
        self.output = output
        self.blame = blame
        self.retryAfter = retryAfter
    }
}

/// A stage that failed.
package struct StageError: Error, Sendable, Equatable, CustomStringConvertible {
    package let stage: Stage
    package let failure: Failure

    package init(_ stage: Stage, _ failure: Failure) {
        self.stage = stage
        self.failure = failure
    }

    package var description: String { failure.description }
}
