internal import CCurl
internal import CCurlShims
internal import Glibc
internal import Posix

extension HTTPClient {
    /// What libcurl's code, and its words, mean for us.
    func failure(
        _ code: CURLcode, _ facts: shim_curl_facts, request: HTTPRequest, target: HTTPAddress
    ) -> TransferError {
        let proxy = configuration.proxy.proxy(forSecure: target.isSecure)
        let said = spoken(code, without: request.credential?.unsent, proxy)
        let hasCertificate = configuration.secrets?.value(for: target.origin)?.certificateFile != nil
        func error(_ kind: TransferError.Code, _ message: String? = nil, _ hint: String? = nil) -> TransferError {
            TransferError(code: kind, operation: request.operation, message: message ?? said, hint: hint)
        }
        if proxy != nil, facts.connect_code >= 400 {
            return error(
                .proxy, "the proxy answers \(facts.connect_code) to the request for a tunnel to \(target.place)",
                facts.connect_code == 407 ? "give the proxy's URL a user and a password that it accepts" : nil)
        }
        switch code {
        case CURLE_OK: return error(.protocol, "the answer has no whole header")
        case CURLE_COULDNT_RESOLVE_HOST: return error(.dns)
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: return error(.proxy)
        case CURLE_COULDNT_CONNECT:
            if said.hasPrefix("unsupported proxy") { return error(.proxy) }
            let systemError = Int32(truncatingIfNeeded: facts.system_error)
            // libcurl's words tell how many milliseconds it took, and not what that means.
            func nobody(_ host: String, _ port: some CustomStringConvertible) -> String? {
                systemError == ECONNREFUSED ? "nothing listens at \(host):\(port)" : nil
            }
            if let place = proxy.flatMap(proxyTarget), said.contains(" \(place.host) port \(place.port)") {
                return error(.proxy, nobody(place.host, place.port))
            }
            switch systemError {
            case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN: return error(.unreachable)
            case ETIMEDOUT: return error(.timeoutConnect)
            default: return error(.refused, nobody(target.host, target.port))
            }
        case CURLE_OPERATION_TIMEDOUT: return tooSlow(facts, nil, request.operation)
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR:
            if complainsAboutOurCertificate(said) { return clientCertificate(error, said, hasCertificate) }
            return error(.cut)
        case CURLE_HTTP2, CURLE_HTTP2_STREAM: return error(.cut)
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER:
            if complainsAboutOurCertificate(said) { return clientCertificate(error, said, hasCertificate) }
            return error(.tlsHandshake, nil, handshakeHint(said, hasCertificate))
        case CURLE_PEER_FAILED_VERIFICATION: return untrusted(error, said, facts.verify_result, target)
        case CURLE_SSL_CACERT_BADFILE:
            return error(.tlsCertificate, nil, "install the system's certificate authorities (ca-certificates)")
        case CURLE_SSL_CERTPROBLEM: return error(.tlsClientCertificate)
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            return error(.protocol)
        case CURLE_FILESIZE_EXCEEDED, CURLE_OUT_OF_MEMORY: return error(.tooLarge)
        default: return error(.other(code.rawValue))
        }
    }

    private typealias Maker = (TransferError.Code, String?, String?) -> TransferError

    private func clientCertificate(_ error: Maker, _ said: String, _ hasCertificate: Bool) -> TransferError {
        error(
            .tlsClientCertificate, said,
            hasCertificate
                ? "the server does not accept the certificate in --tls-cert-file"
                : "the server asks for a client certificate: set --tls-cert-file and --tls-key-file")
    }

    private func untrusted(_ error: Maker, _ said: String, _ result: Int, _ target: HTTPAddress) -> TransferError {
        // Numbers of x509_vfy.h. Names are compared before libcurl asks for OpenSSL's verdict: then it is still 0 or 1.
        let hint =
            switch result {
            case 9: "the certificate is not valid yet: check the clocks of this machine and of the server"
            case 10: "the certificate must be renewed on the server, or this machine's clock is wrong"
            case 2, 18, 19, 20, 21:
                "if the server is run by you, give the certificate of its authority with --tls-ca-file"
            case 0, 1: "use the name that the certificate was made for, or have one made for \(target.host)"
            default: String?.none
            }
        return error(.tlsCertificate, said, hint)
    }

    private func handshakeHint(_ said: String, _ hasCertificate: Bool) -> String? {
        if said.contains("protocol version") || said.contains("unsupported protocol") {
            return "the server must speak TLS 1.2 or 1.3"
        }
        if said.contains("alert handshake failure") {
            return hasCertificate
                ? "the server may not accept the certificate in --tls-cert-file, or want a cipher that is not available here"
                : "the server may want a client certificate (--tls-cert-file), or a cipher that is not available here"
        }
        return said.contains("wrong version number") ? "is this an http port? then use an http URL" : nil
    }

    /// libcurl's words for what went wrong: lower case, no full stop, no secret.
    private func spoken(_ code: CURLcode, without credential: HTTPRequest.Credential?, _ proxy: Secret?) -> String {
        var text = unsafe String(cString: words)
        if text.isEmpty { text = unsafe String(cString: curl_easy_strerror(code)) }
        while text.last == "\n" || text.last == "." { text.removeLast() }
        // libcurl repeats a proxy's URL that it does not understand, password and all.
        for secret in secrets(credential, proxy) where !secret.isEmpty {
            text = text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "***")
        }
        let second = text.dropFirst().first
        let isName = second?.isUppercase == true || second?.isNumber == true
        return isName ? text : text.prefix(1).lowercased() + text.dropFirst()
    }

    private func secrets(_ credential: HTTPRequest.Credential?, _ proxy: Secret?) -> [String] {
        let proxyPassword = proxy.flatMap(proxyTarget)?.password
        return switch credential {
        case .basic(_, let password): [password?.exposed, proxy?.exposed, proxyPassword].compactMap { $0 }
        case .bearer(let token): [token.exposed, proxy?.exposed, proxyPassword].compactMap { $0 }
        case nil: [proxy?.exposed, proxyPassword].compactMap { $0 }
        }
    }
}

/// Where the proxy is; nil for one that does not speak HTTP, or that cannot be used.
private func proxyTarget(_ proxy: Secret) -> HTTPAddress? {
    let text = proxy.exposed
    // Why it cannot be used is libcurl's to say; here it only means that there is nothing to compare with.
    return try? HTTPAddress(text.contains("://") ? text : "http://" + text)
}

/// A server that wants a certificate says so in a TLS alert, some only after the handshake.
private func complainsAboutOurCertificate(_ said: String) -> Bool {
    [
        "alert certificate required", "alert bad certificate", "alert unknown ca", "alert certificate unknown",
        "alert certificate expired", "alert certificate revoked", "alert unsupported certificate",
    ].contains { said.contains($0) }
}
