/// A URL in which `{port}` stands for a port that is known later.
public struct PortTemplate: OptionValue, Equatable {
    /// The URL as written.
    public let text: String

    /// `URL`.
    public static var placeholder: String { "URL" }

    /// Reads a URL for HTTP that has `{port}` in it, and no secret.
    public static func read(_ text: String) throws(ValueProblem) -> PortTemplate {
        let mark = "{port}"
        guard text.contains(mark) else {
            throw ValueProblem("expected a URL with {port} in it, such as http://127.0.0.1:{port}/healthz")
        }
        if text.contains("@") { throw ValueProblem("a user and a password have no place in it") }
        _ = try WebAddress.read(text.replacing(mark, with: "1"))
        return PortTemplate(text: text)
    }

    /// The text without user, password and query.
    public static func quotable(_ text: String) -> String? { Address.quotable(text) }
}
