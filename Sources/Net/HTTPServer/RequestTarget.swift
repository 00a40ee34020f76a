/// The second word of a request, taken apart.
struct RequestTarget: Equatable {
    let path: String
    let query: String

    /// Understands `/path?query` and, as clients send it to proxies, `http://host/path?query`; nil for anything else.
    init?(_ text: String) {
        var rest = Substring(text)
        for scheme in ["http://", "https://"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            rest = rest.firstIndex { "/?".contains($0) }.map { rest[$0...] } ?? "/"
            if rest.hasPrefix("?") { rest = "/" + rest }
        }
        let mark = rest.firstIndex(of: "?")
        let path = rest[..<(mark ?? rest.endIndex)]
        guard path.hasPrefix("/") || path == "*", let decoded = PercentEncoding.decode(path),
            decoded.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
        else { return nil }
        self.path = decoded
        query = mark.map { String(rest[rest.index(after: $0)...]) } ?? ""
    }
}

/// Characters written as `%` and two digits, as in URLs and forms.
public enum PercentEncoding {
    /// The text that is meant; nil when a percent sign is not followed by two digits, or the bytes are no UTF-8.
    public static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
