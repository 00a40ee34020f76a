internal import Posix
internal import TestSupport

/// Web servers that run git's `http-backend` the documented way, and what stands in front of such servers.
let frontConfigurations: [Configuration] = [
    Configuration(.fronts, "Apache httpd, `git-http-backend` as CGI", isQuick: true) { site in try apache(site) },
    Configuration(.fronts, "Apache httpd, TLS, HTTP/2, answers compressed") { site in try apache(site, isModern: true)
    },
    Configuration(.fronts, "lighttpd, `git-http-backend` as CGI") { site in try lighttpd(site) },
    Configuration(.fronts, "lighttpd, the repository's files alone (dumb HTTP)", refusals: plainFiles) { site in
        try plainFilesServer(site)
    },
    Configuration(.fronts, "Caddy, FastCGI") { site in try caddy(site) },
    Configuration(.fronts, "Caddy, TLS, HTTP/2, answers compressed") { site in try caddy(site, isModern: true) },
    Configuration(.fronts, "nginx in front: small buffers, answers kept back until they are whole") { site in
        try nginx(site, "proxy_buffering on; proxy_buffer_size 4k; proxy_buffers 4 4k; proxy_busy_buffers_size 8k;")
    },
    Configuration(.fronts, "nginx in front: HTTP/1.0 to git, no buffers, no chunks") { site in
        try nginx(site, "proxy_http_version 1.0; proxy_buffering off; chunked_transfer_encoding off;")
    },
    Configuration(.fronts, "nginx in front: `Git-Protocol` taken out") { site in
        try nginx(site, #"proxy_set_header Git-Protocol "";"#)
    },
    Configuration(.fronts, "HAProxy, HTTP/1.1", isQuick: true) { site in try haproxy(site) },
    Configuration(.fronts, "HAProxy, TLS, HTTP/2") { site in
        try haproxy(site, certificate: TestCertificates.server())
    },
    Configuration(.fronts, "HAProxy, buffers of 4 KiB, answers compressed") { site in
        try haproxy(
            site, global: "tune.bufsize 4096\n    tune.maxrewrite 1024",
            defaults: """
                compression algo gzip
                    compression type application/x-git-upload-pack-advertisement application/x-git-upload-pack-result
                """)
    },
    Configuration(.fronts, "HAProxy, idle connections cut before the next poll") { site in
        try haproxy(site, defaults: "timeout http-keep-alive 100ms", period: "300ms")
    },
    Configuration(.fronts, "HAProxy, a new connection for each request") { site in
        try haproxy(site, defaults: "option httpclose")
    },
]

private let plainFiles = Dictionary(
    uniqueKeysWithValues: Cell.allCases.map { ($0, $0 == .empty ? "cannot" : "git-http-backend") })

/// A directory of a server's own files.
func place(_ name: String, _ site: Site) throws -> String {
    let directory = "\(site.directory)/\(name)"
    if !TestFiles.exists(directory) { try TestFiles.makeDirectory(directory) }
    return directory
}

private func backend() throws -> String {
    try runProgram(["git", "--exec-path"]).succeeded().output + "/git-http-backend"
}

private func running(
    _ program: BackgroundProgram, _ port: UInt16, certificate: TestCertificate? = nil, period: String = "50ms",
    behind more: [() -> Void] = []
) throws -> Running {
    Running(
        options: certificate == nil ? [] : try trust(), period: period, log: { program.log },
        end: {
            program.stop()
            more.forEach { $0() }
        }, url: { "\(certificate == nil ? "http" : "https")://127.0.0.1:\(port)/\($0).git" })
}

private func apache(_ site: Site, isModern: Bool = false) throws -> Running {
    let directory = try place("apache", site)
    let configuration = try serverConfiguration(site)
    let certificate = isModern ? try TestCertificates.server() : nil
    var modules = ["mpm_event", "authz_core", "alias", "env", "setenvif", "cgid", "unixd"]
    var more = ""
    if let certificate {
        modules += ["ssl", "http2", "deflate", "filter"]
        more = """
            SSLEngine on
            SSLCertificateFile \(certificate.certificatePath)
            SSLCertificateKeyFile \(certificate.keyPath)
            Protocols h2 http/1.1
            AddOutputFilterByType DEFLATE application/x-git-upload-pack-result application/x-git-upload-pack-advertisement
            """
    }
    // Some are part of the program.
    let loads = modules.filter { TestFiles.exists("/usr/lib/apache2/modules/mod_\($0).so") }
        .map { "LoadModule \($0)_module /usr/lib/apache2/modules/mod_\($0).so\n" }.joined()
    let (program, port) = try startOnFreePort("apache", in: directory) { port in
        try TestFiles.write(
            """
            ServerRoot \(directory)
            ServerName localhost
            PidFile \(directory)/pid
            DefaultRuntimeDir \(directory)
            Mutex file:\(directory) default
            Listen 127.0.0.1:\(port)
            \(loads)
            User www-data
            Group www-data
            ErrorLog \(directory)/error.log
            ScriptSock \(directory)/cgid.sock
            SetEnv GIT_PROJECT_ROOT \(site.served)
            SetEnv GIT_HTTP_EXPORT_ALL
            SetEnv GIT_CONFIG_GLOBAL \(configuration)
            SetEnvIf Git-Protocol ".*" GIT_PROTOCOL=$0
            ScriptAlias / \(try backend())/
            <Directory "/">
                Require all granted
            </Directory>
            \(more)
            """, to: directory + "/apache.conf")
        return ["apache2", "-D", "FOREGROUND", "-f", directory + "/apache.conf"]
    }
    return try running(program, port, certificate: certificate)
}

private func lighttpd(_ site: Site) throws -> Running {
    let directory = try place("lighttpd", site)
    let configuration = try serverConfiguration(site)
    let (program, port) = try startOnFreePort("lighttpd", in: directory) { port in
        try TestFiles.write(
            """
            server.modules = ("mod_alias", "mod_cgi", "mod_setenv")
            server.document-root = "\(directory)"
            server.port = \(port)
            server.bind = "127.0.0.1"
            alias.url = ( "/" => "\(try backend())/" )
            cgi.assign = ( "" => "" )
            setenv.set-environment = (
                "GIT_PROJECT_ROOT" => "\(site.served)",
                "GIT_HTTP_EXPORT_ALL" => "",
                "GIT_CONFIG_GLOBAL" => "\(configuration)"
            )
            """, to: directory + "/lighttpd.conf")
        return ["lighttpd", "-D", "-f", directory + "/lighttpd.conf"]
    }
    return try running(program, port)
}

private func plainFilesServer(_ site: Site) throws -> Running {
    let directory = try place("lighttpd", site)
    let fixture = site.fixture
    site.afterPush = { try fixture.git("update-server-info") }
    try site.afterPush()
    let (program, port) = try startOnFreePort("lighttpd", in: directory) { port in
        try TestFiles.write(
            """
            server.document-root = "\(site.served)"
            server.port = \(port)
            server.bind = "127.0.0.1"
            """, to: directory + "/lighttpd.conf")
        return ["lighttpd", "-D", "-f", directory + "/lighttpd.conf"]
    }
    return try running(program, port)
}

private func caddy(_ site: Site, isModern: Bool = false) throws -> Running {
    let directory = try place("caddy", site)
    let certificate = isModern ? try TestCertificates.server() : nil
    let configuration = try serverConfiguration(site)
    let (gateway, inner) = try startOnFreePort("fcgiwrap", in: directory) {
        ["fcgiwrap", "-f", "-c", "8", "-s", "tcp:127.0.0.1:\($0)"]
    }
    let secure = certificate.map { "tls \($0.certificatePath) \($0.keyPath)\n    encode gzip" } ?? ""
    let (program, port) = try startOnFreePort(
        "caddy", in: directory, environment: ["HOME": directory, "XDG_DATA_HOME": directory]
    ) { port in
        try TestFiles.write(
            """
            {
                admin off
                auto_https disable_redirects
                skip_install_trust
            }
            \(certificate == nil ? "http" : "https")://127.0.0.1:\(port) {
                bind 127.0.0.1
                \(secure)
                reverse_proxy 127.0.0.1:\(inner) {
                    flush_interval -1
                    transport fastcgi {
                        env SCRIPT_FILENAME \(try backend())
                        env GIT_PROJECT_ROOT \(site.served)
                        env GIT_HTTP_EXPORT_ALL 1
                        env GIT_CONFIG_GLOBAL \(configuration)
                        env PATH_INFO {http.request.uri.path}
                    }
                }
            }
            """, to: directory + "/Caddyfile")
        return ["caddy", "run", "--config", directory + "/Caddyfile", "--adapter", "caddyfile"]
    }
    return try running(program, port, certificate: certificate, behind: [{ gateway.stop() }])
}

private func nginx(_ site: Site, _ settings: String) throws -> Running {
    let inner = try GitHTTPServer(serving: site.served)
    let directory = try place("nginx", site)
    let (program, port) = try startOnFreePort("nginx", in: directory) { port in
        try nginxArguments(
            directory,
            """
            server {
                listen 127.0.0.1:\(port);
                location / {
                    \(settings)
                    proxy_pass http://127.0.0.1:\(inner.port);
                }
            }
            """)
    }
    return try running(program, port, behind: [{ inner.stop() }])
}

/// The command of an nginx with these `server` blocks.
func nginxArguments(_ directory: String, _ servers: String) throws -> [String] {
    try TestFiles.write(
        """
        daemon off;
        worker_processes 1;
        pid nginx.pid;
        error_log stderr info;
        events { worker_connections 256; }
        http {
            access_log off;
            client_body_temp_path body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            client_max_body_size 0;
            \(servers)
        }
        """, to: directory + "/nginx.conf")
    return ["nginx", "-p", directory, "-c", "nginx.conf", "-e", "stderr"]
}

private func haproxy(
    _ site: Site, global: String = "", defaults: String = "", certificate: TestCertificate? = nil,
    period: String = "50ms"
) throws -> Running {
    let inner = try GitHTTPServer(serving: site.served)
    let directory = try place("haproxy", site)
    var secure = ""
    if let certificate {
        let both = try TestFiles.read(certificate.certificatePath) + TestFiles.read(certificate.keyPath)
        try TestFiles.write(both, to: directory + "/server.pem", mode: 0o600)
        secure = "ssl crt \(directory)/server.pem alpn h2,http/1.1"
    }
    let (program, port) = try startOnFreePort("haproxy", in: directory) { port in
        try TestFiles.write(
            """
            global
                maxconn 200
                \(global)
            defaults
                mode http
                timeout connect 5s
                timeout client 30s
                timeout server 30s
                \(defaults)
            frontend outside
                bind 127.0.0.1:\(port) \(secure)
                default_backend git
            backend git
                server git 127.0.0.1:\(inner.port)

            """, to: directory + "/haproxy.cfg")
        return ["haproxy", "-db", "-f", directory + "/haproxy.cfg"]
    }
    return try running(program, port, certificate: certificate, period: period, behind: [{ inner.stop() }])
}
