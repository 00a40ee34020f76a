internal import GitFiles
internal import GitProtocol
internal import HTTPClient
internal import Posix

/// Speaks git's smart protocol over HTTP, on connections that stay open between attempts.
///
/// What a server of protocol version 2 can do is remembered: from the second poll on, asking costs one request.
final class HTTPTransport: Transport {
    private let url: RemoteURL
    private let settings: RemoteSettings
    private let client: HTTPClient
    // What the server offers, and the address that answered: a redirection at the first request holds for the others.
    private var offer: Advertisement?
    private var address: RemoteURL

    init(_ url: RemoteURL, _ settings: RemoteSettings) throws(TransferError) {
        self.url = url
        self.settings = settings
        address = url
        client = try HTTPClient(settings.http)
    }

    func resolve(_ query: RefQuery, _ deadline: Deadline) throws -> ResolvedReference {
        if query.objectID != nil { return try query.resolve(in: ReferenceListing()) }
        if let offer, offer.version == .two {
            do {
                return try list(query, offer, deadline)
            } catch let error as ProtocolError where error.code == .malformed || error.code == .unsupported {
                // The server is no longer what it was: it is asked anew what it can do.
                forget()
            }
        }
        let offer = try discover(query, deadline)
        return offer.version == .two ? try list(query, offer, deadline) : try offer.resolve(query)
    }

    func fetch(
        _ want: PackRequest, into store: any PackDestination, _ deadline: Deadline,
        _ report: (FetchProgress) throws -> Void
    ) throws -> PackSummary {
        let offer = try offer ?? discover(nil, deadline)
        let request = want.request(for: offer, keepsToTips: false, settings.logger)
        let body = try request.encoded(for: offer, agent: settings.agent).body
        var intake = try PackIntake(request.answerFormat(from: offer), store, want.limits, deadline)
        do {
            try post(body, deadline) { bytes in try intake.read(bytes, report) }
        } catch let error as RemoteError {
            throw error.explained(by: request, to: offer)
        }
        return try intake.finish()
    }

    /// Begins anew at the next request: with the address that was configured, and with the question what is there.
    private func forget() {
        offer = nil
        address = url
    }

    func close() {
        // Versions 0 and 1 send their references with what they offer, so that it is stale at the next attempt.
        if offer?.version != .two { offer = nil }
        settings.credentials.endAttempt(for: url)
    }

    /// Asks what the server can do; the old versions answer with their references at once.
    private func discover(_ query: RefQuery?, _ deadline: Deadline) throws -> Advertisement {
        let suffix = "/info/refs"
        let service = "service=git-upload-pack"
        var parser = AdvertisementParser(transport: .http, filter: query?.filter)
        let request = HTTPRequest(
            url.location(suffix, query: service), headers: [HTTPTransport.version], redirects: .sameHost)
        let answered = try send(request, deadline) { bytes in try parser.read(bytes) }
        // Where the first request was sent on to, the others go as well.
        let tail = "\(suffix)?\(service)"
        if answered.hasSuffix(tail), let moved = try? RemoteURL(parsing: String(answered.dropLast(tail.count))) {
            address = moved
        }
        let offer = try parser.finish()
        self.offer = offer
        return offer
    }

    private func list(_ query: RefQuery, _ offer: Advertisement, _ deadline: Deadline) throws -> ResolvedReference {
        let body = try LsRefsRequest(prefixes: query.prefixes).encoded(for: offer, agent: settings.agent)
        var parser = LsRefsParser(filter: query.filter)
        try post(body, deadline) { bytes in try parser.read(bytes) }
        return try query.resolve(in: parser.finish())
    }

    private static let version = HTTPHeader("Git-Protocol", "version=2")

    private func post(
        _ body: [UInt8], _ deadline: Deadline, _ onBody: (Span<UInt8>) throws -> Void
    ) throws {
        let request = HTTPRequest(
            address.location("/git-upload-pack"), method: "POST",
            headers: [
                HTTPTransport.version, HTTPHeader("Content-Type", "application/x-git-upload-pack-request"),
                HTTPHeader("Accept", "application/x-git-upload-pack-result"),
            ], body: body, redirects: .none)
        _ = try send(request, deadline, onBody)
    }

    /// Sends a request with the credential for its server and judges the status; returns the address that answered.
    ///
    /// A rejected credential is not sent again; only where another one can be had, that one is tried, once.
    private func send(
        _ request: HTTPRequest, _ deadline: Deadline, _ onBody: (Span<UInt8>) throws -> Void
    ) throws -> String {
        var (credential, response, words) = try sendOnce(request, deadline, onBody)
        if response.status == 401, settings.credentials.isWorthAnother(for: url) {
            (credential, response, words) = try sendOnce(request, deadline, onBody)
        }
        guard response.status == 200 else {
            // It may have moved: from the next attempt on, redirections count again.
            forget()
            throw HTTPRefusal(response.head, words: words, credential: credential, of: url).error("reach \(url)")
        }
        return response.url
    }

    /// Sends a request; the body of an answer goes to the caller when the status is 200, and is kept for people otherwise.
    private func sendOnce(
        _ request: HTTPRequest, _ deadline: Deadline, _ onBody: (Span<UInt8>) throws -> Void
    ) throws -> (credential: Credential?, response: HTTPResponse, words: [UInt8]) {
        var request = request
        let credential = try settings.credentials.credential(for: url, deadline)
        request.credential = credential.map {
            ForOrigin(.basic(username: $0.username, password: $0.password), serverOf: url.origin)
        }
        var status = 0
        var words: [UInt8] = []
        let response = try client.send(
            request, deadline: deadline, idle: settings.idleTimeout, connect: settings.connectTimeout,
            onHead: { head in status = head.status },
            onBody: { bytes in
                if status == 200 { return try onBody(bytes) }
                for index in 0..<min(bytes.count, 1024 - words.count) { words.append(bytes[index]) }
            })
        return (credential, response, words)
    }
}
