internal import JSON
public import Posix

/// User and password for the URLs that begin with a prefix.
public struct CredentialEntry: Sendable, Equatable {
    /// The prefix.
    public let url: Address
    /// The user.
    public let username: String
    /// The password, or nil when it is in a file.
    public let password: Secret?
    /// The file that holds the password, or nil when it was given.
    public let passwordFile: Path?
}

/// What one `--credential` holds: a JSON object, or a list of them.
public struct Credentials: OptionValue, Equatable {
    /// The credentials in the order in which they were written.
    public let list: [CredentialEntry]

    /// `JSON`.
    public static var placeholder: String { "JSON" }
    /// The URLs alone.
    public var text: String { list.map(\.url.description).joined(separator: " ") }
    /// Never: it holds passwords.
    public static func quotable(_ text: String) -> String? { nil }

    /// Reads `{"url": …, "username": …, "password": …}` with `password-file` instead of `password`, or a list of those.
    public static func read(_ text: String) throws(ValueProblem) -> Credentials {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue.read(text) } catch {
            throw ValueProblem("the JSON is not valid: \(error.description)")
        }
        guard case .array(let elements) = value else {
            return Credentials(list: [try credential(value, position: "")])
        }
        if elements.isEmpty { throw ValueProblem("the list is empty") }
        var list: [CredentialEntry] = []
        for (index, element) in elements.enumerated() {
            list.append(try credential(element, position: " in entry \(index + 1)"))
        }
        return Credentials(list: list)
    }

    private static func credential(_ value: JSONValue, position: String) throws(ValueProblem) -> CredentialEntry {
        guard case .object(let members) = value else {
            throw ValueProblem("expected a JSON object with url, username and password or password-file\(position)")
        }
        var fields: [String: String] = [:]
        for member in members {
            guard ["url", "username", "password", "password-file"].contains(member.name) else {
                throw ValueProblem("only url, username, password and password-file may be given\(position)")
            }
            guard case .string(let text) = member.value else {
                throw ValueProblem("\(member.name) must be a text\(position)")
            }
            fields[member.name] = text.isEmpty ? nil : text
        }
        guard let url = fields["url"] else { throw ValueProblem("url is missing\(position)") }
        guard let username = fields["username"] else { throw ValueProblem("username is missing\(position)") }
        switch (fields["password"], fields["password-file"]) {
        case (nil, nil): throw ValueProblem("password or password-file is missing\(position)")
        case (.some, .some): throw ValueProblem("only one of password and password-file may be given\(position)")
        case (let password, let file):
            return CredentialEntry(
                url: try Address.read(url), username: username, password: password.map(Secret.init),
                passwordFile: file.map(Path.init))
        }
    }

    /// The credentials with relative password files made absolute.
    public func resolved(against directory: String) -> Credentials {
        Credentials(
            list: list.map {
                CredentialEntry(
                    url: $0.url, username: $0.username, password: $0.password,
                    passwordFile: $0.passwordFile?.resolved(against: directory))
            })
    }
}
