/// A URL, scp-like address or path that may carry a password; it prints without it.
public struct Address: OptionValue, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The address as written, for the one place that connects to it.
    public let exposed: String

    /// Wraps an address.
    public init(_ text: String) {
        exposed = text
    }

    /// The address without user, password and query.
    public var description: String { Address.redactedAddress(exposed) }
    /// The address without user, password and query.
    public var debugDescription: String { description }
    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// `URL`.
    public static var placeholder: String { "URL" }
    /// The address without user, password and query.
    public var text: String { description }

    /// Reads any address that is not empty; what may be in it is for its user to say.
    public static func read(_ text: String) throws(ValueProblem) -> Address {
        if text.isEmpty { throw ValueProblem("expected a URL, such as https://example.com/app.git") }
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
            throw ValueProblem("a URL cannot contain line breaks or other control characters")
        }
        return Address(text)
    }

    /// The text without user, password and query.
    public static func quotable(_ text: String) -> String? { redactedAddress(text) }

    /// The scheme before `://` in lower case, or before `::` for git's remote helpers; nil for scp-like addresses and paths.
    public var scheme: String? {
        let end = exposed.firstIndex { !($0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0))) }
        guard let end, end > exposed.startIndex else { return nil }
        let rest = exposed[end...]
        return rest.hasPrefix("://") || rest.hasPrefix("::") ? exposed[..<end].lowercased() : nil
    }

    /// Whether the address names a remote helper, as `ext::sh -c …` does.
    public var isRemoteHelper: Bool {
        guard let scheme else { return false }
        return exposed.dropFirst(scheme.count).hasPrefix("::")
    }

    // `user:password@host` without a scheme is no URL, but somebody who forgot the scheme wrote a password there.
    private static func redactedAddress(_ text: String) -> String {
        // What follows the name of a remote helper is a command line of any shape.
        let address = Address(text)
        if address.isRemoteHelper, let helper = address.scheme { return helper + "::***" }
        if text.contains("://") { return redacted(text) }
        guard let at = text.lastIndex(of: "@"), text[..<at].contains(":") else { return text }
        return "***" + text[at...]
    }
}
