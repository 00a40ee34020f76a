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
