/// Why a command could not do what it was asked to.
struct CommandError: Error, CustomStringConvertible {
    /// What went wrong: `cannot <verb> <object>: <words>`.
    let message: String
    /// What the user can do about it, if anything.
    var hint: String?

    /// `<message>; <hint>`.
    var description: String { message + (hint.map { "; \($0)" } ?? "") }
}
