internal import Posix

extension HTTPClient {
    /// Refuses what would let a text from outside write lines of its own into a request.
    func checkText(of request: HTTPRequest) throws(TransferError) {
        func refuse(_ message: String) -> TransferError {
            TransferError(code: .invalid, operation: request.shownOperation, message: message)
        }
        guard isToken(request.method) else { throw refuse("the method is not a word that HTTP allows") }
        guard request.url.utf8.allSatisfy({ $0 > 32 && $0 != 127 }) else {
            throw refuse("the URL has a space or a control character in it")
        }
        let general = configuration.secrets?.unsent.headers ?? []
        for header in general + request.headers + (request.secretHeaders?.unsent ?? []) {
            guard isToken(header.name) else { throw refuse("a header field has a name that HTTP does not allow") }
            guard isFieldValue(header.value) else {
                throw refuse("the header field \(header.name) has a control character in it")
            }
        }
        guard isFieldValue(configuration.userAgent) else {
            throw refuse("the user agent has a control character in it")
        }
    }

    /// Refuses a credential that cannot be sent as it is.
    func checkCredential(of request: HTTPRequest) throws(TransferError) {
        func refuse(_ message: String) -> TransferError {
            TransferError(code: .invalid, operation: request.shownOperation, message: message)
        }
        switch request.credential?.unsent {
        case .basic(let username, let password):
            guard !username.utf8.contains(0), password?.exposed.utf8.contains(0) != true else {
                throw refuse("the user name or the password has a NUL in it")
            }
            guard !username.utf8.contains(UInt8(ascii: ":")) else { throw refuse("the user name has a colon in it") }
        case .bearer(let token):
            guard isFieldValue(token.exposed) else { throw refuse("the token has a control character in it") }
        case nil: break
        }
    }
}

extension HTTPRequest {
    /// The operation, fit for a line of a log even when the request is not.
    fileprivate var shownOperation: String {
        String(decoding: operation.utf8.map { $0 < 32 || $0 == 127 ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
    }

    /// Takes over what the URL says about the user, when the request does not say it.
    mutating func adoptCredential(of target: HTTPAddress) {
        guard credential == nil, target.user != nil || target.password != nil else { return }
        credential = ForOrigin(
            .basic(username: target.user ?? "", password: target.password.map { Secret($0) }), serverOf: target.url)
    }
}

private func isToken(_ text: String) -> Bool {
    !text.isEmpty
        && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
}

private func isFieldValue(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 32 && $0 != 127 || $0 == 9 }
}
