internal import Glibc
internal import Posix

/// An nginx of our own, on sockets that it inherits, so that it can be asked at once.
final class Nginx: Sendable {
    let program: BackgroundProgram
    let directory: String

    /// Starts nginx with `contents` as the main part of its configuration, in `directory`.
    init(directory: String, sockets: [Int32], modules: [String] = [], contents: String) throws {
        self.directory = directory
        let configuration = """
            \(modules.map { "load_module /usr/lib/nginx/modules/\($0).so;" }.joined())
            daemon off;
            \(geteuid() == 0 ? "user root root;" : "")
            worker_processes 1;
            pid nginx.pid;
            error_log error.log info;
            \(contents)
            """
        try TestFiles.write(configuration, to: "\(directory)/nginx.conf")
        // nginx takes over the sockets whose numbers are in this variable and whose addresses are in its configuration.
        let inherited = sockets.enumerated().map {
            InheritedDescriptor(ours: $0.element, theirs: Int32(10 + $0.offset))
        }
        let environment = try hermeticEnvironment(adding: [
            "NGINX": inherited.map { "\($0.theirs);" }.joined()
        ])
        program = try BackgroundProgram(
            ["nginx", "-p", directory, "-c", "nginx.conf", "-e", "error.log"], environment: environment,
            directory: directory, log: "\(directory)/nginx.out", inheriting: inherited)
        let program = program
        try waitUntil("nginx starts; \(errorLog)") {
            errorLog.contains("start worker process ") || !program.isRunning
        }
        if !program.isRunning { throw NeverHappened(description: "nginx did not start: \(errorLog)") }
    }

    /// What nginx, and the programs behind it, complained about.
    var errorLog: String {
        program.log + ((try? TestFiles.text("\(directory)/error.log")) ?? "")
    }

    func stop() {
        program.stop()
    }
}

/// The paths that nginx needs to be its own in an `http` block.
let nginxTemporaryPaths = """
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    """
