internal import Posix
internal import TestSupport

/// Who asks, by which way, and where the answer really is.
let accessConfigurations: [Configuration] = [
    redirect("301 to `…/repo.git`", isQuick: true) { _ in "return 301 /$1.git/$2$is_args$args;" },
    redirect("302 to `…/repo.git`") { _ in "return 302 /$1.git/$2$is_args$args;" },
    redirect("307 to `…/repo.git`") { _ in "return 307 /$1.git/$2$is_args$args;" },
    redirect("308 to `…/repo.git`") { _ in "return 308 /$1.git/$2$is_args$args;" },
    redirect("302 to another host", refusals: elsewhere) {
        "return 302 http://localhost:\($0)/$1.git/$2$is_args$args;"
    },
    redirect("302 to a page to log in", refusals: everywhere("login page")) { _ in "return 302 /login?next=$uri;" },
    access("Basic, `--username` and `--password-file`", isQuick: true, options: passwordFile) {
        $0.users = ["reader": "pass word:ü"]
    },
    access("Basic, in the URL", inURL: "reader:secret@") { $0.users = ["reader": "secret"] },
    access("Basic, a wrong password", refusals: everywhere("rejected"), options: passwordFile) {
        $0.users = ["reader": "another"]
    },
    access("Basic, no credential", refusals: everywhere("--password-file")) { $0.users = ["reader": "another"] },
    access("Basic, Negotiate offered first", options: passwordFile) {
        $0.users = ["reader": "pass word:ü"]
        $0.nginxConfiguration = #"add_header WWW-Authenticate "Negotiate" always;"#
    },
    access("Bearer, `http.extraHeader`", options: { _ in [bearer] }) { $0.nginxConfiguration = bearerOnly },
    access(
        "Bearer only, a password is configured", refusals: everywhere("http.extraHeader"), options: passwordFile
    ) { $0.nginxConfiguration = bearerOnly },
    access("A cookie, `http.cookieFile`", options: cookieFile) {
        $0.nginxConfiguration = #"if ($cookie_session != "let-me-in") { return 403; }"#
    },
    proxy("tinyproxy, `CONNECT`", isQuick: true) { site in try tinyproxy(site) },
    proxy("tinyproxy, plain HTTP", isTLS: false) { site in try tinyproxy(site) },
    proxy("tinyproxy, Basic") { site in try tinyproxy(site, login: "BasicAuth user secret", inURL: "user:secret@") },
    proxy("tinyproxy, Basic, no credential", refusals: everywhere("proxy")) { site in
        try tinyproxy(site, login: "BasicAuth user secret")
    },
    proxy("Squid, `CONNECT`") { site in try squid(site) },
    proxy("Squid reads along: TLS by its own authority, `--tls-ca-file`") { site in
        try squid(site, readsAlong: true)
    },
    proxy("Squid reads along, its authority is not known", refusals: everywhere("--tls-ca-file")) { site in
        try squid(site, readsAlong: true, isTrusted: false)
    },
]

private func everywhere(_ words: String) -> [Cell: String] {
    Dictionary(uniqueKeysWithValues: Cell.allCases.map { ($0, words) })
}

private let elsewhere = everywhere("redirect")

private let bearer = "--git-config=http.extraHeader:Authorization: Bearer token-of-the-laboratory"

private let bearerOnly = """
    add_header WWW-Authenticate 'Bearer realm="git"' always;
    if ($http_authorization != "Bearer token-of-the-laboratory") { return 401; }
    """

private func passwordFile(_ site: Site) throws -> [String] {
    let file = site.directory + "/password"
    try TestFiles.write("pass word:ü\n", to: file)
    return ["--username=reader", "--password-file=\(file)"]
}

private func cookieFile(_ site: Site) throws -> [String] {
    let file = site.directory + "/cookies"
    try TestFiles.write(
        "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tlet-me-in\n", to: file)
    return ["--git-config=http.cookieFile:\(file)"]
}

private func access(
    _ name: String, isQuick: Bool = false, refusals: [Cell: String] = [:], inURL: String = "",
    options: @escaping @Sendable (Site) throws -> [String] = { _ in [] },
    _ change: @escaping @Sendable (inout GitHTTPServer.Options) throws -> Void
) -> Configuration {
    Configuration(.access, name, isQuick: isQuick, refusals: refusals) { site in
        let server = try GitHTTPServer(serving: site.served, .init(change))
        return Running(
            options: try options(site), log: { server.errorLog }, end: { server.stop() },
            url: { server.url($0 + ".git", host: inURL + "127.0.0.1") })
    }
}

/// A server at which `/old/NAME` is answered by `rule`, in which `$1` is the name and `$2` what follows.
private func redirect(
    _ name: String, isQuick: Bool = false, refusals: [Cell: String] = [:],
    _ rule: @escaping @Sendable (UInt16) -> String
) -> Configuration {
    Configuration(.access, name, isQuick: isQuick, refusals: refusals) { site in
        let inner = try GitHTTPServer(serving: site.served)
        let directory = try place("redirect", site)
        let (program, port) = try startOnFreePort("nginx", in: directory) { port in
            try nginxArguments(
                directory,
                """
                server {
                    listen 127.0.0.1:\(port);
                    location ~ ^/(?:old/)?([a-z]+)(?:\\.git)?/login { return 200 "log in"; }
                    location = /login { default_type text/html; return 200 "<title>Log in</title>"; }
                    location ~ ^/old/([a-z]+)(?:\\.git)?/(.*)$ { \(rule(port)) }
                    location / { proxy_buffering off; proxy_pass http://127.0.0.1:\(inner.port); }
                }
                """)
        }
        return Running(
            log: { program.log },
            end: {
                program.stop()
                inner.stop()
            }, url: { "http://127.0.0.1:\(port)/old/\($0)" + ($0 == "module" ? ".git" : "") })
    }
}

/// A proxy and what the program is told about it.
private struct Proxy {
    let url: String
    let program: BackgroundProgram
    var options: [String]?
}

private func proxy(
    _ name: String, isQuick: Bool = false, isTLS: Bool = true, refusals: [Cell: String] = [:],
    _ start: @escaping @Sendable (Site) throws -> Proxy
) -> Configuration {
    Configuration(.access, name, isQuick: isQuick, refusals: refusals) { site in
        let server = try GitHTTPServer(
            serving: site.served, .init { if isTLS { $0.certificate = try TestCertificates.server() } })
        let proxy = try start(site)
        let trusted = try isTLS ? proxy.options ?? trust() : []
        return Running(
            options: trusted + ["--git-config=http.proxy:\(proxy.url)"], log: { proxy.program.log },
            end: {
                proxy.program.stop()
                server.stop()
            }, url: { server.url($0 + ".git", host: "localhost") })
    }
}

private func tinyproxy(_ site: Site, login: String = "", inURL: String = "") throws -> Proxy {
    let directory = try place("tinyproxy", site)
    let (program, port) = try startOnFreePort("tinyproxy", in: directory) { port in
        try TestFiles.write(
            "Port \(port)\nListen 127.0.0.1\nTimeout 600\nMaxClients 100\nAllow 127.0.0.1\n\(login)\n",
            to: directory + "/tinyproxy.conf")
        return ["tinyproxy", "-d", "-c", directory + "/tinyproxy.conf"]
    }
    return Proxy(url: "http://\(inURL)127.0.0.1:\(port)", program: program)
}

private func squid(_ site: Site, readsAlong: Bool = false, isTrusted: Bool = true) throws -> Proxy {
    let directory = try place("squid", site)
    var bump = ""
    var listens = ""
    if readsAlong {
        try runProgram([
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
            "/CN=a proxy that reads along",
            "-addext", "basicConstraints=critical,CA:true", "-keyout", directory + "/ca.key", "-out",
            directory + "/ca.pem",
        ]).succeeded()
        try runProgram([
            "/usr/lib/squid/security_file_certgen", "-c", "-s", directory + "/certificates", "-M", "4MB",
        ]).succeeded()
        listens = "ssl-bump generate-host-certificates=on cert=\(directory)/ca.pem key=\(directory)/ca.key"
        bump = """
            sslcrtd_program /usr/lib/squid/security_file_certgen -s \(directory)/certificates -M 4MB
            sslcrtd_children 2
            acl beginning at_step SslBump1
            ssl_bump peek beginning
            ssl_bump bump all
            tls_outgoing_options cafile=\(try TestCertificates.authority().certificatePath)
            """
    }
    // As root it serves as this user.
    try runProgram(["chown", "-R", "proxy", directory]).succeeded()
    let (program, port) = try startOnFreePort("squid", in: directory) { port in
        try TestFiles.write(
            """
            http_port 127.0.0.1:\(port) \(listens)
            \(bump)
            http_access allow all
            cache deny all
            access_log none
            cache_log \(directory)/cache.log
            pid_filename \(directory)/squid.pid
            coredump_dir \(directory)
            shutdown_lifetime 0 seconds
            visible_hostname laboratory
            pinger_enable off

            """, to: directory + "/squid.conf")
        return ["squid", "-N", "-f", directory + "/squid.conf"]
    }
    let authority = isTrusted ? ["--tls-ca-file=\(directory)/ca.pem"] : []
    return Proxy(url: "http://127.0.0.1:\(port)", program: program, options: readsAlong ? authority : nil)
}
