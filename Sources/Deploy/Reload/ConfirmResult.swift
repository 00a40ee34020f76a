/// A release that the application is well with, as far as anybody asked.
public struct ConfirmResult: Sendable, Equatable {
    /// Whether the application runs it, and how that is known.
    public let evidence: Evidence
    /// How many health checks were made.
    public let checks: Int
    /// From the beginning of `confirm` to the last health check that counted, without the time of watching.
    public let healthyAfter: Duration
    /// What was done to processes that did not react, in words.
    public let escalations: [String]
}
