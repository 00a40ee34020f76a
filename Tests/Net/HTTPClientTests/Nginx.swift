import Glibc

/// A real nginx on free ports of the loopback, stopped when this object goes.
final class Nginx: Sendable {
    let port: UInt16
    private let scratch: Scratch
    private let process: pid_t

    /// Starts nginx with one server whose `listen` line ends in `listen` and whose block holds `settings`.
    init(_ listen: String = "", _ settings: String = "", location: String = "return 200 hello;") throws {
        scratch = try Scratch()
        port = try freePort()
        let user = geteuid() == 0 ? "user root;" : ""
        let configuration = try scratch.write(
            "nginx.conf",
            """
            \(user) daemon off; worker_processes 1; pid \(scratch.file("pid")); error_log \(scratch.file("log"));
            events { worker_connections 64; }
            http {
                access_log off; keepalive_requests 1000000; default_type text/plain;
                client_body_temp_path \(scratch.file("body")); proxy_temp_path \(scratch.file("proxy"));
                fastcgi_temp_path \(scratch.file("fastcgi")); uwsgi_temp_path \(scratch.file("uwsgi"));
                scgi_temp_path \(scratch.file("scgi"));
                server {
                    listen 127.0.0.1:\(port) \(listen);
                    add_header Connection-Number $connection always;
                    add_header Client-Certificate $ssl_client_s_dn always;
                    \(settings)
                    location / { \(location) }
                }
            }

            """)
        process = try start(["nginx", "-c", configuration, "-p", scratch.path, "-e", scratch.file("log")])
        for _ in 0..<500 {
            if let stream = connectToLoopback(port) {
                close(stream)
                return
            }
            usleep(10_000)
        }
        kill(process, SIGKILL)
        wait(for: process)
        throw FixtureFailure(words: "nginx does not listen")
    }

    deinit {
        kill(process, SIGTERM)
        wait(for: process)
    }
}
