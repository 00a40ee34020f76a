internal import CCurl

/// A URL taken apart by libcurl's own parser, so that what is checked is what is connected to.
struct HTTPAddress: Equatable {
    /// The URL without user, password and fragment.
    let url: String
    let scheme: String
    let host: String
    let port: String
    /// User and password as they stood in the URL, decoded.
    let user: String?
    let password: String?

    var isSecure: Bool { scheme == "https" }
    /// Whom a request to here talks to.
    var origin: HTTPOrigin { HTTPOrigin(self) }

    /// Takes a whole URL apart; throws words that say why it cannot be used.
    init(_ url: String) throws(UnusableURL) {
        try self.init(base: nil, reference: url)
    }

    /// The target that a `Location` field leads to from here; a user and a password in it are dropped.
    func following(_ location: String) throws(UnusableURL) -> HTTPAddress {
        try HTTPAddress(base: url, reference: location)
    }

    private init(base: String?, reference: String) throws(UnusableURL) {
        guard let handle = unsafe curl_url() else { throw UnusableURL(words: "out of memory") }
        defer { unsafe curl_url_cleanup(handle) }
        func set(_ part: CURLUPart, _ value: String?, _ flags: UInt32 = 0) throws(UnusableURL) {
            let code =
                if let value { unsafe curl_url_set(handle, part, value, flags) } else {
                    unsafe curl_url_set(handle, part, nil, flags)
                }
            guard code == CURLUE_OK else { throw UnusableURL(code) }
        }
        func get(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard unsafe curl_url_get(handle, part, &text, UInt32(flags)) == CURLUE_OK, let found = unsafe text else {
                return nil
            }
            defer { unsafe curl_free(found) }
            return unsafe String(cString: found)
        }
        if let base { try set(CURLUPART_URL, base) }
        try set(CURLUPART_URL, reference, base == nil ? 0 : UInt32(CURLU_URLENCODE))
        user = get(CURLUPART_USER, CURLU_URLDECODE)
        password = get(CURLUPART_PASSWORD, CURLU_URLDECODE)
        try set(CURLUPART_USER, nil)
        try set(CURLUPART_PASSWORD, nil)
        try set(CURLUPART_FRAGMENT, nil)
        scheme = get(CURLUPART_SCHEME) ?? ""
        guard scheme == "http" || scheme == "https" else { throw UnusableURL(words: "it is neither http nor https") }
        host = (get(CURLUPART_HOST) ?? "").lowercased()
        port = get(CURLUPART_PORT, CURLU_DEFAULT_PORT) ?? ""
        self.url = get(CURLUPART_URL) ?? ""
    }

    /// Host and port, as users know them.
    var place: String { origin.description }

    /// Whether a redirection from here to there keeps us with the same server.
    func mayLead(to other: HTTPAddress) -> Bool {
        guard host == other.host else { return false }
        return scheme == other.scheme ? port == other.port : other.isSecure
    }
}

/// Why a text is no URL that we use.
struct UnusableURL: Error, Equatable {
    let words: String

    init(words: String) {
        self.words = words
    }

    init(_ code: CURLUcode) {
        words =
            switch code {
            case CURLUE_UNSUPPORTED_SCHEME: "it is neither http nor https"
            case CURLUE_BAD_PORT_NUMBER: "its port is no number from 1 to 65535"
            default: "it is not a whole URL"
            }
    }
}
