internal import Posix

/// A name that no other process on the machine has, short enough for the kernel.
public func uniqueName(_ prefix: String = "t") -> String {
    prefix + String(UInt64.random(in: 1...UInt64.max), radix: 36).prefix(14 - prefix.utf8.count)
}

/// Servers as people run them on what is published, in the background; for tests with a directory of their own.
public enum Application {
    /// Starts a program, with what it writes in a file of the test's directory unless another is named.
    public static func start(
        _ command: [String], directory: String? = nil, adding variables: [String: String] = [:], log: String? = nil
    ) throws -> BackgroundProgram {
        try BackgroundProgram(
            command, environment: try hermeticEnvironment(adding: variables), directory: directory,
            log: log ?? "\(Scratch.directory)/\(uniqueName("app")).log")
    }

    /// Starts a program again whenever it ends, as an orchestrator does.
    public static func startAgainAndAgain(
        _ command: [String], adding variables: [String: String] = [:]
    ) throws -> BackgroundProgram {
        try start(
            ["sh", "-c", #"while :; do "$@"; sleep 0.1; done"#, "sh"] + command, directory: "/", adding: variables)
    }

    /// A file of the sample applications.
    public static func sample(_ path: String) -> String {
        // This file lies three directories below the package's own.
        #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/sample-app/" + path
    }
}

/// The Node server of the sample applications: a primary process that replaces its workers on HUP.
extension Application {
    /// What its repository holds; `code` takes the place of the sample's own application.
    public static func nodeFiles(_ code: String? = nil) throws -> [String: GitFixture.File] {
        [
            "server.js": .regular(try TestFiles.read(sample("node/server.js"))),
            "app.js": try code.map { .text($0) } ?? .regular(TestFiles.read(sample("node/app.js"))),
        ]
    }

    /// Code that answers with a text.
    public static func nodeCode(_ text: String) -> String {
        "module.exports = (request, response) => response.end('\(text)');\n"
    }

    /// Starts it on a published link.
    public static func node(_ link: String, port: UInt16, log: String? = nil) throws -> BackgroundProgram {
        try start(
            ["node", "\(link)/server.js"], directory: "/", adding: ["PORT": "\(port)", "APP_LINK": link], log: log)
    }
}

/// gunicorn, under a name that no other process has: its workers have the same one.
extension Application {
    /// Code that answers with a text.
    public static func gunicornCode(_ text: String) -> String {
        "def app(environ, start):\n    start('200 OK', [])\n    return [b'\(text)']\n"
    }

    /// Starts it in a published link.
    ///
    /// - Parameters:
    ///   - link: the link, with the code in `app.py`.
    ///   - name: what its processes are called.
    ///   - port: where it listens.
    ///   - options: more of its own options.
    ///   - knowsLink: whether it learns by which name it came into the directory, as from a shell.
    public static func gunicorn(
        _ link: String, name: String, port: UInt16, options: [String] = [], knowsLink: Bool = true
    ) throws -> BackgroundProgram {
        let program = "\(Scratch.directory)/\(name)"
        try TestFiles.write(
            "#!/usr/bin/python3\nimport sys\nfrom gunicorn.app.wsgiapp import run\nsys.exit(run())\n", to: program,
            mode: 0o755)
        return try start(
            [program, "-b", "127.0.0.1:\(port)", "-w", "2"] + options + ["app:app"], directory: link,
            adding: knowsLink ? ["PWD": link] : [:])
    }
}

/// The program of the sample applications that reads its configuration once.
extension Application {
    /// Its configuration with a greeting.
    public static func legacyConfiguration(_ greeting: String) -> String { "[service]\ngreeting = \(greeting)\n" }

    /// Starts it in a restart loop; `reload` is `signal`, `http` or `restart`, which ignores HUP.
    public static func legacy(_ configuration: String, port: UInt16, reload: String) throws -> BackgroundProgram {
        try startAgainAndAgain([
            "python3", sample("config/legacy.py"), "--config", configuration, "--port", "\(port)", "--reload", reload,
        ])
    }
}

/// nginx with a configuration file and a directory for what it writes; it has `nginx.pid` in there.
extension Application {
    /// A whole configuration with these contents of the block of one server, which listens on `port`.
    public static func nginxConfiguration(directory: String, port: UInt16, http: String = "", server: String) -> String
    {
        """
        daemon off;
        \(ProcessIdentity.user == 0 ? "user root root;" : "")
        worker_processes 2;
        pid \(directory)/nginx.pid;
        error_log stderr info;
        events {}
        http {
            access_log off;
            client_body_temp_path \(directory)/body;
            proxy_temp_path \(directory)/proxy;
            fastcgi_temp_path \(directory)/fastcgi;
            uwsgi_temp_path \(directory)/uwsgi;
            scgi_temp_path \(directory)/scgi;
            \(http)
            server {
                listen 127.0.0.1:\(port);
                keepalive_requests 1000000;
                \(server)
            }
        }

        """
    }

    /// Starts it.
    public static func nginx(_ configuration: String, directory: String) throws -> BackgroundProgram {
        try start(["nginx", "-p", directory, "-c", configuration, "-e", "stderr"], directory: "/")
    }
}
