import Glibc
import HTTPClient
import Posix
import Testing

let agent = HTTPConfiguration(userAgent: "git-sidecar/test")

func client(
    tls: TLSSettings = TLSSettings(), proxy: ProxySettings = .none, secrets: ForOrigin<ServerSecrets>? = nil
) throws -> HTTPClient {
    try HTTPClient(HTTPConfiguration(userAgent: "git-sidecar/test", secrets: secrets, tls: tls, proxy: proxy))
}

extension HTTPRequest {
    /// A request with a credential for the server of its own URL.
    init(_ url: String, own credential: Credential) {
        self.init(url, credential: ForOrigin(credential, serverOf: url))
    }
}

let soon = Duration.seconds(20)

/// A limit that never comes, on no clock.
let never = Duration.seconds(10 * 86_400)

extension HTTPClient {
    /// Status and body as text.
    func get(_ url: String) throws -> (response: HTTPResponse, text: String) {
        try ask(HTTPRequest(url))
    }

    func ask(_ request: HTTPRequest, within time: Duration = soon) throws -> (response: HTTPResponse, text: String) {
        let (response, body) = try fetch(request, limit: 1 << 20, deadline: .after(time))
        return (response, String(decoding: body, as: UTF8.self))
    }
}

/// The error that a transfer ends with.
func failure(_ body: () throws -> Void) throws -> TransferError {
    try #require(throws: TransferError.self) { try body() }
}

func entries(_ directory: String) -> Int {
    guard let stream = unsafe opendir(directory) else { return -1 }
    defer { unsafe closedir(stream) }
    var count = 0
    while unsafe readdir(stream) != nil { count += 1 }
    return count
}

/// Waits, within a bound, until something is so.
func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<1000 {
        if condition() { return true }
        usleep(5_000)
    }
    return condition()
}
