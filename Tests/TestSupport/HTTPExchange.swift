/// One request that a server answered, as its access log has it.
public struct HTTPExchange: Sendable, Equatable {
    /// The number of the connection; requests with the same number came over the same one.
    public let connection: Int
    /// Which request of its connection it was, from 1.
    public let requestOfConnection: Int
    /// `GET` or `POST`.
    public let method: String
    /// The path with the query, as it was sent.
    public let target: String
    /// The status of the answer.
    public let status: Int
    /// How many bytes the answer had, with its head.
    public let bytesSent: Int
    /// How many bytes the request had, with its head.
    public let bytesReceived: Int
    /// `HTTP/1.1` or `HTTP/2.0`.
    public let version: String
    /// The `Git-Protocol` header of the request; empty when there was none.
    public let gitProtocol: String
    /// The user of basic authentication; empty when there was none.
    public let user: String
    /// The `User-Agent` header of the request.
    public let userAgent: String

    /// The format of the access log that `init(line:)` reads.
    static let logFormat = [
        "$connection", "$connection_requests", "$request_method", "$request_uri", "$status", "$bytes_sent",
        "$request_length", "$server_protocol", "$http_git_protocol", "$remote_user", "$http_user_agent",
    ].joined(separator: "\t")

    /// Reads a line of the access log; nil when it is not a whole one.
    init?(line: some StringProtocol) {
        // nginx writes a dash for what is not there, and escapes control characters in the rest.
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map { $0 == "-" ? "" : String($0) }
        guard fields.count == 11, let connection = Int(fields[0]), let request = Int(fields[1]),
            let status = Int(fields[4]), let sent = Int(fields[5]), let received = Int(fields[6])
        else { return nil }
        self.connection = connection
        requestOfConnection = request
        method = fields[2]
        target = fields[3]
        self.status = status
        bytesSent = sent
        bytesReceived = received
        version = fields[7]
        gitProtocol = fields[8]
        user = fields[9]
        userAgent = fields[10]
    }
}
