internal import Posix

/// Speaks TLS on a free port of 127.0.0.1 and passes every byte on to a plain server, such as a `ScriptedServer`.
public final class TLSFront: Sendable {
    /// Its port.
    public let port: UInt16
    private let nginx: Nginx

    /// Starts it in front of the server at `target`.
    public init(
        to target: UInt16, certificate: TestCertificate? = nil, versions: String = "TLSv1.2 TLSv1.3"
    ) throws {
        let directory = try TestFiles.makeTemporaryDirectory("\(try RunDirectory.path())/tls")
        let listener = try LoopbackListener()
        let certificate = try certificate ?? TestCertificates.server()
        port = listener.port
        nginx = try Nginx(
            directory: directory, sockets: [listener.socket.number],
            modules: ["ngx_stream_module"],
            contents: """
                events { worker_connections 1024; }
                stream {
                    server {
                        listen 127.0.0.1:\(listener.port) ssl;
                        ssl_certificate \(certificate.certificatePath);
                        ssl_certificate_key \(certificate.keyPath);
                        ssl_protocols \(versions);
                        proxy_pass 127.0.0.1:\(target);
                        proxy_timeout 1h;
                    }
                }
                """)
    }

    /// Ends it; a second call does nothing.
    public func stop() {
        nginx.stop()
    }

    deinit {
        stop()
    }
}

/// Runs `body` with TLS in front of the plain server at `target`.
public func withTLSFront<Value>(
    to target: UInt16, certificate: TestCertificate? = nil, versions: String = "TLSv1.2 TLSv1.3",
    _ body: (TLSFront) throws -> Value
) throws -> Value {
    let front = try TLSFront(to: target, certificate: certificate, versions: versions)
    defer { front.stop() }
    return try body(front)
}
