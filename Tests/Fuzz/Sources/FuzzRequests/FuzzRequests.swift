import FuzzSupport
import GitObjects
import GitProtocol
import JSON
import Posix
import Telemetry

@testable import HTTPServer
@testable import Sidecar

@main
enum FuzzRequests {
    static func main() { runFuzzer(fuzz) }
}

/// Called by the fuzzer with bytes to take as a request: method, target and header fields in lines, then the body.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(data, count)
    let parts = input.bytes.split(separator: 0x0a, maxSplits: 5, omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
    }
    guard parts.count > 1 else { return 0 }
    let exchange = Exchange(connectionID: 1, peer: .local, target: RequestTarget(parts[1]))
    exchange.headers = parts.dropFirst(2).prefix(3).map { line in
        let pieces = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return HeaderField(pieces[0], pieces.count > 1 ? pieces[1] : "")
    }
    exchange.body = Array((parts.count > 5 ? parts[5] : "").utf8)
    var answer = exchange.refusalOfHead(limits: ServerLimits())
    if answer == nil, let request = exchange.request(parts[0]) {
        _ = request.parameter(parts[0])
        _ = ServerSentEvent(id: parts[0], name: parts[1], data: request.query).bytes
        for router in routers {
            let given = router.answer(request)
            check(given)
            answer = given
        }
        // Orders are taken away, so that there is always room for one.
        while mailbox.begin().order != nil {}
    }
    if let answer { check(answer) }
    return 0
}

private func check(_ answer: Response) {
    let known = [200, 202, 400, 401, 403, 404, 405, 409, 413, 429, 501, 503]
    precondition(known.contains(answer.status), "\(answer.status)")
    precondition(answer.headers.allSatisfy { !$0.value.contains("\n") && !$0.value.contains("\r") })
    guard answer.header("Content-Type") == "application/json" else { return }
    do {
        _ = try JSONValue.read(String(decoding: answer.bytes, as: UTF8.self))
    } catch {
        preconditionFailure("an answer is no JSON: \(error)")
    }
}

private let mailbox: Mailbox = {
    do { return try Mailbox() } catch { preconditionFailure("\(error)") }
}()

/// What a stranger at the port can reach, somebody at a port without a token, and whoever may open the socket file.
private let routers: [Router] = {
    do {
        var settings = ControlSettings(target: PushTarget(repositories: [], query: try RefQuery("main")))
        settings.pushSecretFiles = ["/nonexistent"]
        let (status, facts) = (Status(), Facts())
        fill(status)
        func server(_ settings: ControlSettings) -> ControlServer {
            ControlServer(
                settings, facts, stateDirectory: "/nonexistent", status: status,
                events: Events(status, StatusReport(facts: facts)), figures: Figures(), mailbox: mailbox,
                heartbeat: Heartbeat(), logger: .silent)
        }
        var withToken = settings
        withToken.tokenFile = "/nonexistent"
        return [
            server(settings).router(isLocal: false), server(withToken).router(isLocal: false),
            server(settings).router(isLocal: true),
        ]
    } catch {
        preconditionFailure("\(error)")
    }
}()

/// Three releases that are kept, one of them live and one held back.
private func fill(_ status: Status) {
    let commits = ["aaaa1", "aaaa2", "bbbb1"].compactMap {
        ObjectID($0 + String(repeating: "0", count: 35))
    }
    status.update { status in
        status.published = State.Published(
            commit: commits[0], reference: "main", subject: "first", time: .now(), isConfirmed: true)
        status.kept = commits.map {
            Status.KeptRelease(commit: $0, reference: "main", subject: "subject", time: nil, isGood: false)
        }
        status.quarantine = [
            State.Quarantined(commit: commits[2], stage: .confirm, reason: "bad", output: "", time: .now())
        ]
    }
}
