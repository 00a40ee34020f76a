extension HTTPClient {
    /// How many redirections one request may be sent through.
    static let mostRedirections = 5

    /// Where to go next, or why not.
    ///
    /// What is for one server alone is not sent to the next one where scheme or port have changed.
    func follow(
        _ location: String, from target: HTTPAddress, status: Int, hops: Int, request: inout HTTPRequest
    ) throws(TransferError) -> HTTPAddress {
        func refuse(_ message: String, hint: String? = nil) -> TransferError {
            TransferError(code: .redirectRefused, operation: request.operation, message: message, hint: hint)
        }
        guard hops <= HTTPClient.mostRedirections else {
            throw refuse("it was redirected more than \(HTTPClient.mostRedirections) times")
        }
        let next: HTTPAddress
        do {
            next = try target.following(location)
        } catch {
            throw refuse("\(target.place) redirects to a URL that cannot be used: \(error.words)")
        }
        guard target.mayLead(to: next) else {
            throw refuse(
                "\(target.place) redirects to \(next.place), which is not the same server",
                hint: "if that is right, use \(redactedURL(next.url)) instead")
        }
        if status == 303, request.method != "HEAD" {
            request.method = "GET"
            request.body = []
        } else if status < 307, request.method != "GET", request.method != "HEAD" {
            throw refuse(
                "\(target.place) answers with redirection \(status), which would turn \(request.method) into GET",
                hint: "use \(redactedURL(next.url)) instead")
        }
        return next
    }
}
