import HTTPServer
import JSON
import Options
import Posix
import TestSupport

@testable import Commands

/// Answers on a socket file as a sidecar would, with what a test tells it to.
final class CannedSidecar: Sendable {
    let root: String
    private let server: HTTPServer
    private let broadcast: EventBroadcast
    let posted: Locked<[String]>
    private let releaseRequests: Locked<Int>

    init(
        _ root: String, status: JSONValue = Tests.status(), releases: JSONValue = ["releases": [], "deployments": []],
        onPost: @escaping @Sendable (String, EventBroadcast) -> Response = { _, _ in .json(404, "{}") }
    ) throws {
        self.root = root
        let broadcast = EventBroadcast()
        let posted = Locked<[String]>([])
        let releaseRequests = Locked(0)
        (self.broadcast, self.posted, self.releaseRequests) = (broadcast, posted, releaseRequests)
        var router = Router()
        router.add("GET", "/v1/status") { _ in .json(200, status.text) }
        router.add("GET", "/v1/releases") { _ in
            releaseRequests.withLock { $0 += 1 }
            return .json(200, releases.text)
        }
        router.add("GET", "/v1/events") { _ in
            let first = ServerSentEvent(name: "status", data: status.text)
            guard let stream = broadcast.listen(first: [first]) else { return .text(503, "full") }
            return .events(stream)
        }
        for path in ["/v1/sync", "/v1/rollback", "/v1/resume"] {
            router.add("POST", path) { request in
                posted.withLock { $0.append("\(path) \(String(decoding: request.body, as: UTF8.self))") }
                return onPost(path, broadcast)
            }
        }
        let fixed = router
        try Files.makeDirectories(root + "/.git-sidecar")
        server = try HTTPServer(.file(root + "/.git-sidecar/control.sock")) { fixed.answer($0) }
    }

    func send(_ name: String, _ data: JSONValue) { broadcast.send(ServerSentEvent(name: name, data: data.text)) }

    var listeners: Int { broadcast.listenerCount }

    /// Whether somebody has asked for the releases.
    var wasAskedForReleases: Bool { releaseRequests.withLock { $0 > 0 } }

    func stop() { server.stop() }

    deinit {
        server.stop()
    }
}

/// Names a function of these tests where a parameter has its name.
enum Tests {
    static func status() -> JSONValue { CommandsTests.status() }
}

extension EventBroadcast {
    func send(_ name: String, _ data: JSONValue) { send(ServerSentEvent(name: name, data: data.text)) }
}

/// What a command said and how it ended.
struct Said {
    let code: ExitCode
    let output: String
    let errors: String
}

/// Runs a command as its words ask for.
func say(_ words: String..., root: String, on clock: TestClock? = nil) -> Said {
    let (output, errors) = (Locked(""), Locked(""))
    let console = Console(
        write: { text in output.withLock { $0 += text + "\n" } },
        complain: { text in errors.withLock { $0 += text + "\n" } })
    let invocation = Invocation.parse(arguments: words, environment: [:])
    var command = ControlCommand(invocation, .socket(root: Path(root)), console, environment: [:])
    command.clock = clock
    let code = command.run()
    return Said(code: code, output: output.withLock { $0 }, errors: errors.withLock { $0 })
}
