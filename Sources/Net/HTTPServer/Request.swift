/// What a client asked for.
public struct Request: Sendable, Equatable {
    /// Who is at the other end of a connection.
    public enum Peer: Sendable, Equatable, CustomStringConvertible {
        /// A process on this machine that may open our socket file.
        case local
        /// Somebody at an address, without the port.
        case address(String)

        /// The address, or `local`.
        public var description: String {
            switch self {
            case .local: "local"
            case .address(let text): text
            }
        }
    }

    /// `GET`, `POST` or another method, as it was sent.
    public var method: String
    /// The path with its percent signs decoded; it is compared whole and never taken for a file.
    public var path: String
    /// What stands behind the question mark, as it was sent; empty when nothing does.
    public var query: String
    /// The fields of the head, in their order.
    public var headers: [HeaderField]
    /// The body.
    public var body: [UInt8]
    /// Who sent it.
    public var peer: Peer

    /// Puts a request together.
    public init(
        _ method: String, _ path: String, query: String = "", headers: [HeaderField] = [], body: [UInt8] = [],
        peer: Peer = .local
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
    }

    /// The first value of a field of the head, whatever the case of its name.
    public func header(_ name: String) -> String? {
        headers.first { $0.isNamed(name) }?.value
    }

    /// The value of a parameter of the query: empty when it stands there alone, nil when it does not stand there.
    public func parameter(_ name: String) -> String? {
        for part in query.split(separator: "&") {
            let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if PercentEncoding.decode(pieces[0], plusIsSpace: true) == name {
                return pieces.count > 1 ? PercentEncoding.decode(pieces[1], plusIsSpace: true) : ""
            }
        }
        return nil
    }
}

/// One line of the head of a request or a response.
public struct HeaderField: Sendable, Equatable {
    /// The name; case does not matter.
    public let name: String
    /// The value.
    public let value: String

    /// Pairs a name with a value.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    func isNamed(_ other: String) -> Bool {
        name.utf8.count == other.utf8.count && name.lowercased() == other.lowercased()
    }

    /// Whether it is one line of a head and nothing more.
    var isSafe: Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            } && value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7f) || $0 == 0x09 }
    }
}
