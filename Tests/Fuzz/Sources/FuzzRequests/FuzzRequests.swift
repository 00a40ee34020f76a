import FuzzSupport
import GitProtocol
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
        answer = router.answer(request)
        _ = ServerSentEvent(id: parts[0], name: parts[1], data: request.query).bytes
    }
    if let answer {
        precondition([200, 400, 401, 404, 405, 413, 429, 501, 503].contains(answer.status), "\(answer.status)")
    }
    return 0
}

private let router: Router = {
    do {
        var settings = ControlSettings(target: PushTarget(repositories: [], query: try RefQuery("main")))
        settings.pushSecretFiles = ["/nonexistent"]
        let (status, facts) = (Status(), Facts())
        let server = ControlServer(
            settings, facts, stateDirectory: "/nonexistent", status: status,
            events: Events(status, StatusReport(facts: facts)), figures: Figures(), mailbox: try Mailbox(),
            heartbeat: Heartbeat(), logger: .silent)
        return server.router(isLocal: false)
    } catch {
        preconditionFailure("\(error)")
    }
}()
