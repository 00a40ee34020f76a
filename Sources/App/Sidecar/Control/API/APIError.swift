internal import HTTPServer
internal import JSON

/// Why a request to the API was not carried out.
struct APIError: Error {
    let status: Int
    let message: String
    /// What the user can do about it.
    var hint: String?

    init(_ status: Int, _ message: String, hint: String? = nil) {
        self.status = status
        self.message = message
        self.hint = hint
    }

    var response: Response {
        let error: JSONValue = ["message": .string(message), "hint": JSONValue(hint) ?? .null]
        var response = Response.json(status, JSONValue(dictionaryLiteral: ("error", error)).text)
        switch status {
        case 401: response.headers.append(HeaderField("WWW-Authenticate", "Bearer realm=\"git-sidecar\""))
        case 429, 503: response.headers.append(HeaderField("Retry-After", "1"))
        default: break
        }
        return response
    }
}
