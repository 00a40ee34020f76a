internal import Glibc
internal import Posix
internal import Synchronization

/// The real `git http-backend` behind nginx and fcgiwrap, on a free port of 127.0.0.1.
public final class GitHTTPServer: Sendable {
    /// What the server is to be like.
    public struct Options: Sendable {
        /// Users and passwords; with any, every request needs basic authentication.
        public var users: [String: String] = [:]
        /// The server's certificate; with one, the server speaks TLS.
        public var certificate: TestCertificate?
        /// Whether a client must show a certificate of our authority.
        public var requiresClientCertificate = false
        /// The TLS versions, as nginx names them.
        public var tlsVersions = "TLSv1.2 TLSv1.3"
        /// Whether HTTP/2 is offered; without TLS the client must then speak it from the first byte.
        public var http2 = false
        /// Whether the server hands the `Git-Protocol` header to git; without it git answers in version 0.
        public var passesGitProtocol = true
        /// More variables for git's program, such as `GIT_NAMESPACE`.
        public var fastcgiParameters: [String: String] = [:]
        /// Whether answers are compressed for clients that accept it.
        public var compresses = false
        /// `uploadpack.allowAnySHA1InWant`.
        public var allowsAnySHA1 = false
        /// `uploadpack.allowFilter`.
        public var allowsFilter = true
        /// `http.receivepack`: whether pushes are accepted.
        public var allowsPush = false
        /// How long an idle connection is kept, in seconds.
        public var keepAliveSeconds = 3600
        /// More lines for the server's git configuration.
        public var gitConfiguration = ""
        /// More lines for the `server` block of nginx, for example `location = /old { return 301 /new; }`.
        public var nginxConfiguration = ""

        /// A plain, well-behaved server.
        public init() {}

        /// A server with some settings changed.
        public init(_ change: (inout Options) throws -> Void) rethrows {
            try change(&self)
        }
    }

    /// Its port.
    public let port: UInt16
    private let options: Options
    private let directory: String
    private let nginx: Nginx
    private let gateway: BackgroundProgram
    private let barrierPort: UInt16
    private let barriers = Mutex(0)

    /// Starts a server whose root is `root`; every repository below it is served.
    public init(serving root: String, _ options: Options = Options()) throws {
        self.options = options
        directory = try TestFiles.makeTemporaryDirectory("\(try RunDirectory.path())/http")
        let listener = try LoopbackListener()
        let barrier = try LoopbackListener()
        let backend = try LoopbackListener()
        port = listener.port
        barrierPort = barrier.port
        try TestFiles.write(options.gitConfigurationFile, to: "\(directory)/gitconfig")
        try TestFiles.write(try options.passwordFile(), to: "\(directory)/users")
        // fcgiwrap serves the socket that it finds as its standard input.
        gateway = try BackgroundProgram(
            ["fcgiwrap", "-f", "-c", "8"], log: "\(directory)/fcgiwrap.log",
            inheriting: [InheritedDescriptor(ours: backend.socket.number, theirs: 0)])
        let execPath = try runProgram(["git", "--exec-path"]).succeeded().output
        let contents = """
            events { worker_connections 1024; }
            http {
                \(nginxTemporaryPaths)
                log_format exchange '\(HTTPExchange.logFormat)';
                access_log access.log exchange;
                server { listen 127.0.0.1:\(barrier.port); return 204; }
                server {
                    listen 127.0.0.1:\(listener.port)\(options.listenWords);
                    keepalive_timeout \(options.keepAliveSeconds);
                    keepalive_requests 1000000;
                    client_max_body_size 0;
                    \(try options.serverLines())
                    \(options.nginxConfiguration)
                    location / {
                        fastcgi_pass 127.0.0.1:\(backend.port);
                        fastcgi_buffering off;
                        fastcgi_buffer_size 64k;
                        fastcgi_buffers 4 64k;
                        fastcgi_read_timeout 600;
                        fastcgi_param SCRIPT_FILENAME \(execPath)/git-http-backend;
                        fastcgi_param GIT_PROJECT_ROOT "\(root)";
                        fastcgi_param GIT_HTTP_EXPORT_ALL 1;
                        fastcgi_param GIT_CONFIG_NOSYSTEM 1;
                        fastcgi_param GIT_CONFIG_GLOBAL \(directory)/gitconfig;
                        fastcgi_param PATH_INFO $uri;
                        fastcgi_param QUERY_STRING $query_string;
                        fastcgi_param REQUEST_METHOD $request_method;
                        fastcgi_param CONTENT_TYPE $content_type;
                        fastcgi_param CONTENT_LENGTH $content_length;
                        fastcgi_param REMOTE_USER $remote_user;
                        fastcgi_param REMOTE_ADDR $remote_addr;
                        \(options.passesGitProtocol ? "" : #"fastcgi_param HTTP_GIT_PROTOCOL "";"#)
                        \(options.fastcgiParameters.map { "fastcgi_param \($0) \"\($1)\";" }.joined(separator: " "))
                    }
                }
            }
            """
        nginx = try Nginx(
            directory: directory, sockets: [listener.socket.number, barrier.socket.number], contents: contents)
    }

    /// The URL of a repository, by its path below the served directory.
    public func url(_ repository: String, host: String = "127.0.0.1") -> String {
        "\(options.certificate == nil ? "http" : "https")://\(host):\(port)/\(repository)"
    }

    /// Every exchange that has ended, in the order of their ends.
    ///
    /// When a client has read an answer to its end, that exchange is here.
    public func exchanges() throws -> [HTTPExchange] {
        // The one worker writes the log in order: when the request made here is in it, so is all that ended before.
        let name = "/barrier-\(barriers.withLock { $0 += 1; return $0 })"
        let connection = try connectToLoopback(port: barrierPort)
        try TestFiles.writeAll(Array("GET \(name) HTTP/1.0\r\n\r\n".utf8), to: connection.number, "a request to nginx")
        var lines: [Substring] = []
        try waitUntil("the access log of nginx has \(name); \(errorLog)") {
            lines = ((try? TestFiles.text("\(directory)/access.log")) ?? "").split(separator: "\n")
            return lines.contains { $0.contains("\t\(name)\t") }
        }
        return lines.compactMap(HTTPExchange.init).filter { !$0.target.hasPrefix("/barrier-") }
    }

    /// What nginx and git on the server complained about.
    public var errorLog: String { nginx.errorLog + gateway.log }

    /// Ends the server; a second call does nothing.
    public func stop() {
        nginx.stop()
        gateway.stop()
    }

    deinit {
        stop()
    }
}

/// Runs `body` with a git server over HTTP, which ends with it.
public func withGitHTTPServer<Value>(
    serving root: String, _ options: GitHTTPServer.Options = .init(), _ body: (GitHTTPServer) throws -> Value
) throws -> Value {
    let server = try GitHTTPServer(serving: root, options)
    defer { server.stop() }
    return try body(server)
}

/// Runs `body` with a git server over HTTP, which ends with it.
public func withGitHTTPServer<Value>(
    serving root: String, _ options: GitHTTPServer.Options = .init(), _ body: (GitHTTPServer) async throws -> Value
) async throws -> Value {
    let server = try GitHTTPServer(serving: root, options)
    defer { server.stop() }
    return try await body(server)
}

extension GitHTTPServer.Options {
    var gitConfigurationFile: String {
        """
        [safe]
            directory = *
        [uploadpack]
            allowAnySHA1InWant = \(allowsAnySHA1)
            allowFilter = \(allowsFilter)
        [http]
            receivepack = \(allowsPush)
        \(gitConfiguration)
        """ + "\n"
    }

    var listenWords: String {
        (certificate == nil ? "" : " ssl") + (http2 ? " http2" : "")
    }

    func passwordFile() throws -> String {
        try users.map { name, password in
            let hash = try runProgram(["openssl", "passwd", "-apr1", "-stdin"], input: Array("\(password)\n".utf8))
            return "\(name):\(try hash.succeeded().output)\n"
        }.joined()
    }

    func serverLines() throws -> String {
        var lines: [String] = []
        if !users.isEmpty { lines += [#"auth_basic "repositories";"#, "auth_basic_user_file users;"] }
        if let certificate {
            lines += [
                "ssl_certificate \(certificate.certificatePath);", "ssl_certificate_key \(certificate.keyPath);",
                "ssl_protocols \(tlsVersions);",
            ]
        }
        if requiresClientCertificate {
            let authority = try TestCertificates.authority().certificatePath
            lines += ["ssl_client_certificate \(authority);", "ssl_verify_client on;"]
        }
        if compresses {
            lines += [
                "gzip on;", "gzip_min_length 0;", "gzip_proxied any;",
                "gzip_types application/x-git-upload-pack-advertisement application/x-git-upload-pack-result;",
            ]
        }
        return lines.joined(separator: "\n")
    }
}
