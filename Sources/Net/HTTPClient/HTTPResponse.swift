internal import CCurl
internal import Glibc

/// The beginning of an answer: status and header fields.
public struct HTTPResponseHead: Sendable {
    /// The status code, for example 200.
    public let status: Int
    /// The version of HTTP that was spoken: `1.0`, `1.1` or `2`.
    public let version: String
    /// The header fields, in the order in which they came.
    public let headers: [HTTPHeader]
    /// The URL that answered, after redirections, without user and password.
    public let url: String

    /// How long the server asks to be left alone (`Retry-After`), whether it says so in seconds or as a date.
    ///
    /// A date is compared with the server's own `Date`, so that a clock that is wrong does no harm. At most a day.
    public var retryAfter: Duration? {
        guard let text = headers.value("Retry-After") else { return nil }
        let longest: Int64 = 86400
        if let seconds = Int64(text) { return .seconds(min(max(0, seconds), longest)) }
        guard !text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            return .seconds(longest)
        }
        guard let end = secondsSinceEpoch(text) else { return nil }
        let now = headers.value("Date").flatMap(secondsSinceEpoch) ?? Int64(clamping: time(nil))
        return .seconds(min(end.subtractingReportingOverflow(now).overflow ? 0 : max(0, end &- now), longest))
    }
}

private func secondsSinceEpoch(_ date: String) -> Int64? {
    let seconds = unsafe curl_getdate(date, nil)
    return seconds < 0 ? nil : Int64(clamping: seconds)
}

/// How long the parts of a transfer took, each counted from its beginning; zero for what did not happen.
public struct HTTPTimings: Sendable {
    /// Until the name was resolved.
    public let nameLookup: Duration
    /// Until the connection stood.
    public let connected: Duration
    /// Until TLS was agreed upon.
    public let secured: Duration
    /// Until the first byte of the answer came.
    public let firstByte: Duration
    /// Until the last byte came.
    public let total: Duration
}

/// A whole answer, whose body went to the caller piece by piece.
public struct HTTPResponse: Sendable {
    /// Status and header fields.
    public let head: HTTPResponseHead
    /// Bytes received on behalf of the last request, header included, before decompression.
    public let bytesReceived: Int64
    /// Bytes sent on behalf of the last request, header included.
    public let bytesSent: Int64
    /// How long the parts of the last request took.
    public let timings: HTTPTimings
    /// Whether the last request went over a connection that was open already.
    public let reusedConnection: Bool

    /// The status code, for example 200.
    public var status: Int { head.status }
    /// The URL that answered, after redirections, without user and password.
    public var url: String { head.url }
}
