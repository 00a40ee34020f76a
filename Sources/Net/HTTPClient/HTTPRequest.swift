public import Posix

/// One request: what to ask, of whom, and as whom.
public struct HTTPRequest: Sendable {
    /// What the user is known by.
    public enum Credential: Sendable {
        /// A user name and a password, sent with the first request (`Authorization: Basic`).
        case basic(username: String, password: Secret?)
        /// A token (`Authorization: Bearer`).
        case bearer(Secret)
    }

    /// Which redirections are followed.
    public enum Redirects: Sendable {
        /// None: the redirection is the answer.
        case none
        /// Up to five, to the same scheme, host and port, or from http to https on the same host.
        case sameHost
    }

    /// The method, for example `GET`.
    public var method: String
    /// The whole URL, http or https; a user and a password in it are taken as the credential of its server when none
    /// is given.
    public var url: String
    /// Header fields that whoever is redirected to may see; one here replaces one of the same name in the configuration.
    public var headers: [HTTPHeader]
    /// Header fields for one server alone.
    public var secretHeaders: ForOrigin<[HTTPHeader]>?
    /// What is sent after the header.
    public var body: [UInt8]
    /// What the user is known by, if anything, and to whom.
    public var credential: ForOrigin<Credential>?
    /// Which redirections are followed.
    public var redirects: Redirects

    /// A request; without a method it is a GET.
    public init(
        _ url: String, method: String = "GET", headers: [HTTPHeader] = [],
        secretHeaders: ForOrigin<[HTTPHeader]>? = nil, body: [UInt8] = [],
        credential: ForOrigin<Credential>? = nil, redirects: Redirects = .sameHost
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.secretHeaders = secretHeaders
        self.body = body
        self.credential = credential
        self.redirects = redirects
    }

    /// What is being done and to what, without secrets, for example `GET https://host/path`.
    public var operation: String { "\(method) \(redactedURL(url))" }
}

/// A URL as it may be shown: without user and password, and with the values of its query hidden.
///
/// Takes any text, and rather hides too much than too little.
public func redactedURL(_ url: String) -> String {
    let bytes = Array(url.utf8)
    guard let start = authorityStart(bytes) else { return String(decoding: hidingQuery(bytes[...]), as: UTF8.self) }
    var end = bytes[start...].firstIndex { $0 == slash || $0 == question || $0 == hash } ?? bytes.endIndex
    // A slash in a password makes it look like a path. What stands before it is then no host with a port.
    if !isHostAndPort(bytes[start..<end]), !bytes[start..<end].contains(at) { end = bytes.endIndex }
    let host = bytes[start..<end].lastIndex(of: at).map { $0 + 1 } ?? start
    return String(decoding: bytes[..<start] + hidingQuery(bytes[host...]), as: UTF8.self)
}

private let slash = UInt8(ascii: "/")
private let question = UInt8(ascii: "?")
private let hash = UInt8(ascii: "#")
private let at = UInt8(ascii: "@")
private let colon = UInt8(ascii: ":")

/// Where the part behind `://` begins.
private func authorityStart(_ bytes: [UInt8]) -> Int? {
    var index = 0
    while index + 2 < bytes.count {
        if bytes[index] == colon, bytes[index + 1] == slash, bytes[index + 2] == slash { return index + 3 }
        index += 1
    }
    return nil
}

private func isHostAndPort(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let last = bytes.lastIndex(of: colon) else { return true }
    if bytes.last == UInt8(ascii: "]") { return true }
    return bytes[(last + 1)...].allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
}

/// `?name=***&name=***`, and nothing of a fragment.
///
/// What service of git is meant is no secret.
private func hidingQuery(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let end = bytes.firstIndex(of: hash) ?? bytes.endIndex
    guard let query = bytes[..<end].firstIndex(of: question) else { return Array(bytes[..<end]) }
    let pairs = bytes[(query + 1)..<end].split(separator: UInt8(ascii: "&")).map { pair -> [UInt8] in
        guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { return Array("***".utf8) }
        if pair.elementsEqual("service=git-upload-pack".utf8) { return Array(pair) }
        return pair[...equals] + Array("***".utf8)
    }
    return bytes[...query] + Array(pairs.joined(separator: [UInt8(ascii: "&")]))
}

extension HTTPClient {
    /// How many redirections one request may be sent through.
    static let mostRedirections = 5

    /// Where to go next, or why not.
    ///
    /// What is for one server alone is not sent to the next one where scheme or port have changed.
    func follow(
        _ location: String, from target: HTTPAddress, status: Int, hops: Int, request: inout HTTPRequest
    ) throws(TransferError) -> HTTPAddress {
        func refuse(_ message: String, hint: String? = nil) -> TransferError {
            TransferError(code: .redirectRefused, operation: request.operation, message: message, hint: hint)
        }
        guard hops <= HTTPClient.mostRedirections else {
            throw refuse("it was redirected more than \(HTTPClient.mostRedirections) times")
        }
        let next: HTTPAddress
        do {
            next = try target.following(location)
        } catch {
            throw refuse("\(target.place) redirects to a URL that cannot be used: \(error.words)")
        }
        guard target.mayLead(to: next) else {
            throw refuse(
                "\(target.place) redirects to \(next.place), which is not the same server",
                hint: "if that is right, use \(redactedURL(next.url)) instead")
        }
        if status == 303, request.method != "HEAD" {
            request.method = "GET"
            request.body = []
        } else if status < 307, request.method != "GET", request.method != "HEAD" {
            throw refuse(
                "\(target.place) answers with redirection \(status), which would turn \(request.method) into GET",
                hint: "use \(redactedURL(next.url)) instead")
        }
        return next
    }
}
