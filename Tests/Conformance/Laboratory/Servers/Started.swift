internal import Posix
internal import TestSupport

/// A server that cannot inherit a socket: it is started on a port that is free, and again when somebody took the port.
func startOnFreePort(
    _ name: String, in directory: String, environment: [String: String] = [:],
    _ command: (UInt16) throws -> [String]
) throws -> (program: BackgroundProgram, port: UInt16) {
    let variables = try hermeticEnvironment(adding: environment)
    var words = ""
    for attempt in 1...5 {
        let port = try freePort()
        let program = try BackgroundProgram(
            try command(port), environment: variables, directory: directory, log: "\(directory)/\(name)-\(attempt).log")
        try waitUntil("\(name) listens; \(program.log)", within: .seconds(30)) {
            !program.isRunning || accepts(port)
        }
        if program.isRunning { return (program, port) }
        words = program.log
    }
    throw Trouble("\(name) did not start: \(words)")
}

private func accepts(_ port: UInt16) -> Bool {
    do {
        try ConnectionProbe.connect(host: "127.0.0.1", port: port, .after(.seconds(1)))
        return true
    } catch {
        return false
    }
}

/// The laboratory's own programs, in the sources and as built by `scripts/conformance`.
struct Programs: Sendable {
    let sources: String
    let built: String

    /// Set by `main`, before anything else is done.
    static let chosen = Locked(Programs(sources: "", built: ""))

    static func source(_ name: String) -> String { chosen.withLock { $0.sources + "/" + name } }
    static func built(_ name: String) -> String { chosen.withLock { $0.built + "/" + name } }
}

/// What git on the server needs to serve repositories that belong to somebody else.
func serverConfiguration(_ site: Site) throws -> String {
    let file = site.directory + "/server-gitconfig"
    try TestFiles.write(
        "[safe]\n\tdirectory = *\n[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n", to: file)
    return file
}

/// Python as Debian packages it, which has the packages of the servers written in it.
let python = "/usr/bin/python3"
