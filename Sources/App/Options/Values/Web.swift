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
