/// The URL of something that is called over HTTP.
public struct WebAddress: OptionValue, Equatable {
    /// The URL; it prints without a password.
    public let address: Address

    /// `URL`.
    public static var placeholder: String { "URL" }
    /// The URL without user, password and query.
    public var text: String { address.description }

    /// Reads a URL that begins with `http://` or `https://` and names a host.
    public static func read(_ text: String) throws(ValueProblem) -> WebAddress {
        let address = try Address.read(text)
        guard let scheme = address.scheme, ["http", "https"].contains(scheme), !address.isRemoteHelper,
            let first = text.dropFirst(scheme.count + 3).first, !"/?#".contains(first)
        else { throw ValueProblem("expected a URL that begins with http:// or https://") }
        return WebAddress(address: address)
    }

    /// The text without user, password and query.
    public static func quotable(_ text: String) -> String? { Address.quotable(text) }
}

/// The method of an HTTP request.
public struct HTTPMethod: OptionValue, Equatable {
    /// The method, in capitals.
    public let text: String

    /// Wraps a method.
    public init(_ text: String) {
        self.text = text
    }

    /// `METHOD`.
    public static var placeholder: String { "METHOD" }

    /// Reads letters and puts them in capitals.
    public static func read(_ text: String) throws(ValueProblem) -> HTTPMethod {
        guard !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isLetter }) else {
            throw ValueProblem("expected an HTTP method, such as GET or POST")
        }
        return HTTPMethod(text.uppercased())
    }
}

/// The name of an HTTP header.
public struct HeaderName: OptionValue, Equatable {
    /// The name as written.
    public let text: String

    /// `NAME`.
    public static var placeholder: String { "NAME" }

    /// Reads a name of letters, digits, hyphens and underscores.
    public static func read(_ text: String) throws(ValueProblem) -> HeaderName {
        guard !text.isEmpty, text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
        else { throw ValueProblem("expected the name of a header, such as X-Revision") }
        return HeaderName(text: text)
    }
}

/// Where a port is: a host, or every address of this machine, and a number.
public struct SocketAddress: OptionValue, Equatable, CustomStringConvertible {
    /// A name or address without brackets; nil for every address of this machine.
    public let host: String?
    /// The number; 0 lets the system choose.
    public let port: UInt16

    /// Names a port.
    public init(host: String?, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// `[HOST]:PORT`.
    public static var placeholder: String { "HOST:PORT" }
    /// The address as written.
    public var description: String { text }

    /// The address as written, IPv6 in brackets.
    public var text: String {
        guard let host else { return ":\(port)" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Reads `:1234`, `127.0.0.1:1234` or `[::1]:1234`.
    public static func read(_ text: String) throws(ValueProblem) -> SocketAddress {
        guard let colon = text.lastIndex(of: ":") else { throw malformed }
        let digits = text[text.index(after: colon)...]
        var host = text[..<colon]
        guard !digits.isEmpty, digits.allSatisfy({ "0"..."9" ~= $0 }), let port = UInt16(digits) else {
            throw malformed
        }
        if host.isEmpty { return SocketAddress(host: nil, port: port) }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        let allowed: (Character) -> Bool = { character in
            character.isASCII
                && (character.isLetter || character.isNumber || "-._".contains(character)
                    || (isBracketed && ":%".contains(character)))
        }
        guard !host.isEmpty, host.allSatisfy(allowed), isBracketed == host.contains(":") else { throw malformed }
        return SocketAddress(host: String(host), port: port)
    }

    private static var malformed: ValueProblem {
        ValueProblem("expected an address, such as :1234, 127.0.0.1:1234 or [::1]:1234")
    }
}

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
