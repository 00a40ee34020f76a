internal import ControlAPI
internal import HTTPClient
internal import JSON
internal import Layout
public import Options
internal import Posix

/// Talks to a running sidecar: by the socket in its root, or over HTTP.
final class ControlClient {
    private let plan: ControlPlan
    private let client: HTTPClient
    private let base: String

    init(_ plan: ControlPlan, environment: [String: String]) throws(CommandError) {
        self.plan = plan
        var configuration = HTTPConfiguration(userAgent: "\(Product.name)/\(Product.version)")
        switch plan {
        case .socket(let root):
            configuration.socketFile = ReleaseLayout.controlSocket(ofRoot: root.text)
            base = "http://localhost"
        case .url(let address, _):
            configuration.proxy = ProxySettings(environment: environment)
            var text = address.exposed
            while text.hasSuffix("/") { text.removeLast() }
            base = text
        }
        HTTPLibrary.start()
        do throws(TransferError) {
            client = try HTTPClient(configuration)
        } catch {
            throw CommandError(message: error.description)
        }
    }

    /// Asks for something; over HTTP not everything is for everybody.
    func get(_ path: String, withToken: Bool = false) throws(CommandError) -> JSONValue {
        var request = HTTPRequest(base + path, redirects: .none)
        if withToken { request.credential = try credential() }
        return try send(request)
    }

    /// Has something done.
    func post(_ path: String, _ body: JSONValue? = nil) throws(CommandError) -> JSONValue {
        var request = HTTPRequest(base + path, method: "POST", redirects: .none)
        request.credential = try credential()
        if let body {
            request.headers.append(HTTPHeader("Content-Type", "application/json"))
            request.body = Array(body.text.utf8)
        }
        return try send(request)
    }

    /// Hands over what happens as it happens, until `take` answers false.
    ///
    /// - Throws: `CommandError`, also when the stream ends or the deadline comes; or what `take` throws.
    func listen(_ deadline: Deadline, _ take: (ControlEvent) throws -> Bool) throws {
        var parser = EventStreamParser()
        var status = 0
        var refusal: [UInt8] = []
        let request = HTTPRequest(base + "/v1/events", redirects: .none)
        do {
            try client.send(
                request, deadline: deadline, idle: .seconds(60), onHead: { status = $0.status },
                onBody: { bytes in
                    guard status == 200 else {
                        for index in 0..<min(bytes.count, 4096 - refusal.count) { refusal.append(bytes[index]) }
                        return
                    }
                    try parser.read(bytes) { event in
                        if try !take(ControlEvent(event)) { throw Enough() }
                    }
                })
        } catch is Enough {
            return
        } catch let error as TransferError {
            throw explained(error)
        }
        if status != 200 { throw ControlClient.refusal(status, refusal) }
        throw CommandError(message: "the sidecar has ended the conversation")
    }

    private struct Enough: Error {}

    private func send(_ request: HTTPRequest) throws(CommandError) -> JSONValue {
        let (response, body): (HTTPResponse, [UInt8])
        do throws(TransferError) {
            (response, body) = try client.fetch(request, limit: 64 << 20, deadline: .after(.seconds(30)))
        } catch {
            throw explained(error)
        }
        guard (200...299).contains(response.status) else { throw ControlClient.refusal(response.status, body) }
        do throws(JSONError) {
            return try JSONValue.read(String(decoding: body, as: UTF8.self))
        } catch {
            throw CommandError(
                message: "cannot understand the answer to \(request.operation): \(error)",
                hint: "does a sidecar listen there?")
        }
    }

    /// The token for the server that the command was given, where there is one.
    private func credential() throws(CommandError) -> ForOrigin<HTTPRequest.Credential>? {
        try token().map { ForOrigin(.bearer($0), serverOf: base) }
    }

    private func token() throws(CommandError) -> Secret? {
        guard case .url(_, let file?) = plan else { return nil }
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Files.read(file.text, limit: 64 << 10)
        } catch {
            throw CommandError(message: "\(error)", hint: "check --api-token-file")
        }
        let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 1, let token = words.first else {
            throw CommandError(message: "cannot use the token in \(file.text): it is not one word")
        }
        return Secret(String(token))
    }

    private static func refusal(_ status: Int, _ body: [UInt8]) -> CommandError {
        let text = String(decoding: body, as: UTF8.self)
        // Whoever answers without JSON is no sidecar, or an older one.
        let answer = (try? JSONValue.read(text))?["error"]
        let words = answer?["message"]?.string ?? text.split(whereSeparator: \.isNewline).first.map(String.init)
        let hint = answer?["hint"]?.string
        let message = words.map { plain($0) } ?? "the answer is \(status)"
        switch status {
        case 401: return CommandError(message: message, hint: "give the sidecar's token with --api-token-file")
        case 404 where answer == nil:
            return CommandError(message: message, hint: "is it a sidecar of version \(Product.version) that answers?")
        default: return CommandError(message: message, hint: hint.map { plain($0) })
        }
    }
}

extension ControlClient {
    /// Says what the failure to reach the sidecar means for the person at the terminal.
    private func explained(_ error: TransferError) -> CommandError {
        guard case .socket(let root) = plan else {
            let hint = error.code == .refused ? "check --control, and --http-bind of the sidecar" : error.hint
            return CommandError(message: "cannot reach the sidecar: \(error.message)", hint: hint)
        }
        let failure = "cannot reach the sidecar on \(root.text)"
        guard error.code == .refused || error.code == .unreachable else {
            return CommandError(message: "\(failure): \(error.message)")
        }
        do throws(SystemError) {
            guard try Files.statusIfPresent(root.text, followingLinks: true) != nil else {
                return CommandError(message: "\(failure): there is no such directory", hint: "check --root")
            }
            guard let socket = try Files.statusIfPresent(ReleaseLayout.controlSocket(ofRoot: root.text)) else {
                return CommandError(
                    message: "\(failure): none runs there", hint: "start one, or give the --root of the one that runs")
            }
            let user = ProcessIdentity.user
            if socket.userID != user, user != 0 {
                return CommandError(
                    message: "\(failure): it belongs to user \(socket.userID), this command runs as user \(user)",
                    hint: "run it as user \(socket.userID)")
            }
            return CommandError(
                message: "\(failure): none runs there; its socket was left behind",
                hint: "start it again, and look into its log for why it ended")
        } catch {
            return CommandError(
                message: "\(failure): \(error)", hint: error.isForbidden ? "run it as the sidecar's user" : nil)
        }
    }
}

/// Something that a sidecar says has happened.
struct ControlEvent {
    let name: String
    let data: JSONValue

    init(_ event: ReceivedEvent) {
        name = event.name
        // What cannot be understood is nothing that we know how to show.
        data = (try? JSONValue.read(event.data)) ?? .null
    }

    init(name: String, data: JSONValue) {
        self.name = name
        self.data = data
    }
}

/// Whether a sidecar answers on a root.
public enum SidecarSearch: Sendable, Equatable {
    /// It does; with what it says about what was pushed.
    case answers(String)
    /// It does not, and why.
    case silent(String, hint: String?)

    /// Asks the sidecar on a root how it is.
    public static func find(on root: Path) -> SidecarSearch {
        do throws(CommandError) {
            let client = try ControlClient(.socket(root: root), environment: [:])
            return .answers(StatusAnswer(try client.get("/v1/status")).headline(.none))
        } catch {
            return .silent(error.message, hint: error.hint)
        }
    }
}

/// Why a command could not do what it was asked to.
struct CommandError: Error, CustomStringConvertible {
    /// What went wrong: `cannot <verb> <object>: <words>`.
    let message: String
    /// What the user can do about it, if anything.
    var hint: String?

    /// `<message>; <hint>`.
    var description: String { message + (hint.map { "; \($0)" } ?? "") }
}
