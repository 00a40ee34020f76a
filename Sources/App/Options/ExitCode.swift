/// How the program ends.
public enum ExitCode: Int32, CaseIterable, Sendable {
    /// Success, or a clean stop by SIGTERM or SIGINT.
    case success = 0
    /// Something failed while it ran.
    case failure = 1
    /// The parameters are wrong.
    case usage = 2

    /// When it is used, for the manual.
    public var summary: String {
        switch self {
        case .success: "Success, or a clean stop, also by SIGTERM or SIGINT."
        case .failure: "Something failed while it ran."
        case .usage: "The parameters are wrong; nothing was done."
        }
    }
}
