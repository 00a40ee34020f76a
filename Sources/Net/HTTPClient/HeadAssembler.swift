/// Puts the header of an answer together from the lines that libcurl hands over.
struct HeadAssembler {
    /// What an answer's header may hold, at most.
    static let longest = 65536
    /// How many fields an answer's header may have, at most.
    static let mostFields = 256

    private var status = 0
    private var version = ""
    private var headers: [HTTPHeader] = []
    private var bytes = 0
    private var isComplete = false

    /// What taking one line led to.
    enum Step {
        case more
        case complete(status: Int, version: String, headers: [HTTPHeader])
        case tooLarge
    }

    /// Takes one line with its line end.
    ///
    /// Interim answers (1xx) are passed over, and so are fields after the body.
    mutating func take(_ line: Span<UInt8>) -> Step {
        bytes += line.count
        guard bytes <= HeadAssembler.longest else { return .tooLarge }
        let line = unsafe line.withUnsafeBufferPointer { unsafe Array($0) }
        if line.starts(with: "HTTP/".utf8) {
            begin(line)
            return .more
        }
        if isComplete { return .more }
        let content = trimmed(line[...])
        guard content.isEmpty else {
            guard headers.count < HeadAssembler.mostFields else { return .tooLarge }
            if let header = HTTPHeader(line: String(decoding: content, as: UTF8.self)) { headers.append(header) }
            return .more
        }
        guard status >= 200 else { return .more }
        isComplete = true
        return .complete(status: status, version: version, headers: headers)
    }

    private mutating func begin(_ line: [UInt8]) {
        let words = trimmed(line[5...]).split(separator: UInt8(ascii: " "))
        version = words.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        status = words.dropFirst().first.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
        headers = []
        isComplete = false
    }
}
