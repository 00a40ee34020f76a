internal import CCurl
internal import CCurlShims
internal import Posix

extension HTTPClient {
    /// Sets one option and throws when libcurl refuses it.
    private func set(_ operation: String, _ call: () -> CURLcode) throws(TransferError) {
        let code = call()
        guard code == CURLE_OK else {
            throw TransferError(
                code: .invalid, operation: operation,
                message: "libcurl refuses an option: \(unsafe String(cString: curl_easy_strerror(code)))")
        }
    }

    /// Prepares the handle for one request; connections and TLS sessions of earlier ones stay.
    func prepare(_ request: HTTPRequest, for target: HTTPAddress, connect: Duration) throws(TransferError) {
        let operation = request.operation
        let proxy = configuration.proxy.proxy(forSecure: target.isSecure)?.exposed ?? ""
        let usesTLS = target.isSecure || proxy.hasPrefix("https:")
        if usesTLS { try refreshTrust(operation) }
        unsafe curl_easy_reset(easy)
        unsafe words.pointee = 0
        try set(operation) { unsafe shim_curl_set_error_buffer(easy, words) }
        try set(operation) { unsafe shim_curl_set_fixed_options(easy) }
        try set(operation) { unsafe shim_curl_set_url(easy, target.url) }
        try set(operation) { unsafe shim_curl_set_user_agent(easy, configuration.userAgent) }
        // The limit itself is ours. libcurl is told a little more, so that it gives each of several addresses a share.
        try set(operation) { unsafe shim_curl_set_connect_timeout(easy, connect.wholeMilliseconds + 1000) }
        try set(operation) { unsafe shim_curl_set_proxy(easy, proxy, configuration.proxy.exceptions) }
        // Here, and nowhere earlier, is known whom we are going to talk to.
        let secrets = configuration.secrets?.value(for: target.origin)
        switch request.credential?.value(for: target.origin) {
        case .basic(let username, let password):
            try set(operation) {
                unsafe shim_curl_set_basic_credential(easy, username, password?.exposed ?? "")
            }
        case .bearer(let token):
            try set(operation) { unsafe shim_curl_set_bearer_credential(easy, token.exposed) }
        case nil: break
        }
        if configuration.secrets != nil {
            // The handle still knows the cookies of its last request.
            try set(operation) { unsafe shim_curl_forget_cookies(easy) }
        }
        if let path = secrets?.cookieFile {
            do {
                // libcurl passes over a file that it cannot read.
                _ = try FileDescriptor.open(path)
            } catch {
                throw TransferError(
                    code: .invalid, operation: operation, message: "the cookie file cannot be used: \(error)")
            }
            try set(operation) { unsafe shim_curl_set_cookie_file(easy, path) }
        }
        if usesTLS { try prepareTLS(secrets, operation) }
        if let file = configuration.socketFile { try useSocket(file, operation) }
    }

    private func useSocket(_ file: String, _ operation: String) throws(TransferError) {
        let path: SocketPath
        do throws(SystemError) {
            path = try SocketPath(file)
        } catch {
            throw TransferError(code: .refused, operation: operation, message: "\(error)")
        }
        let text = path.text
        socketPath = consume path
        try set(operation) { unsafe shim_curl_set_socket_file(easy, text) }
    }

    private func prepareTLS(_ secrets: ServerSecrets?, _ operation: String) throws(TransferError) {
        let tls = configuration.tls
        try set(operation) { unsafe shim_curl_set_trusted(easy, trust?.file, trust?.directory) }
        if !tls.verify { try set(operation) { unsafe shim_curl_set_unverified(easy) } }
        if let certificate = secrets?.certificateFile {
            try set(operation) {
                unsafe shim_curl_set_client_certificate(easy, certificate, secrets?.keyFile ?? certificate)
            }
        }
    }

    /// Looks whether the files behind TLS have changed since they were used.
    ///
    /// If so, connections, TLS sessions and what libcurl remembers of certificate files are given up: a session that is
    /// resumed is not verified again.
    private func refreshTrust(_ operation: String) throws(TransferError) {
        let states = Trust.states(of: configuration)
        if trust?.states == states { return }
        let fresh = try Trust(configuration.tls, states: states, operation: operation)
        if trust != nil { try renewHandles() }
        trust = consume fresh
    }

    /// Sets method and body; the body's bytes must stay where they are until the transfer is over.
    func setMethod(of request: HTTPRequest, body: UnsafeRawBufferPointer) throws(TransferError) {
        let method = request.method
        let operation = request.operation
        if method == "HEAD" { return try set(operation) { unsafe shim_curl_set_method_head(easy) } }
        guard !request.sendsBody else {
            return try set(operation) {
                unsafe shim_curl_set_method_with_body(
                    easy, method == "POST" ? nil : method, body.baseAddress, curl_off_t(body.count))
            }
        }
        try set(operation) { unsafe shim_curl_set_method_without_body(easy, method == "GET" ? nil : method) }
    }

    /// Sets the header fields that are for this server and returns the list, which the caller frees when the transfer
    /// is over.
    func setHeaders(
        of request: HTTPRequest, for target: HTTPAddress
    ) throws(TransferError) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        let own = request.headers + (request.secretHeaders?.value(for: target.origin) ?? [])
        let general = (configuration.secrets?.value(for: target.origin)?.headers ?? [])
            .filter { own.value($0.name) == nil }
        // Without these two libcurl adds a content type of its own, and waits for the server's leave before a large body.
        var lines = request.sendsBody ? ["Expect:"] : []
        if request.sendsBody, (general + own).value("Content-Type") == nil { lines.append("Content-Type:") }
        // A semicolon is libcurl's way to send a field that is empty.
        lines += (general + own).map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        for line in lines {
            guard let longer = unsafe curl_slist_append(list, line) else {
                unsafe curl_slist_free_all(list)
                throw TransferError(code: .invalid, operation: request.operation, message: "out of memory")
            }
            unsafe list = unsafe longer
        }
        do {
            try set(request.operation) { unsafe shim_curl_set_headers(easy, list) }
        } catch {
            unsafe curl_slist_free_all(list)
            throw error
        }
        return unsafe list
    }
}

extension HTTPRequest {
    /// Whether a body follows, be it an empty one.
    fileprivate var sendsBody: Bool {
        method != "HEAD" && (!body.isEmpty || ["POST", "PUT", "PATCH"].contains(method))
    }
}

extension Duration {
    /// In whole milliseconds, at least one and at most eleven days, which libcurl can count.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let milliseconds = seconds.multipliedReportingOverflow(by: 1000)
        let longest: Int64 = 1_000_000_000
        guard !milliseconds.overflow, milliseconds.partialValue < longest else { return Int(longest) }
        return Int(max(1, milliseconds.partialValue + attoseconds / 1_000_000_000_000_000))
    }
}
