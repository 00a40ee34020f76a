import HTTPServer
import Posix
import Synchronization

/// A server that answers with what it understood.
func echoServer(
    _ address: BindAddress = .port(host: "127.0.0.1", 0), _ limits: ServerLimits = ServerLimits(),
    log: @escaping @Sendable (String) -> Void = { _ in }
) throws -> HTTPServer {
    var router = Router()
    router.add("GET", "/") { _ in .text(200, "hello") }
    router.add("GET", "/large") { _ in Response(200, body: .bytes([UInt8](repeating: 0x78, count: 16 << 20))) }
    router.add("POST", "/echo") { request in
        .text(200, "\(request.peer) \(request.query) \(String(decoding: request.body, as: UTF8.self))")
    }
    router.add("POST", "/count") { .text(200, "\($0.body.count)") }
    router.add("GET", "/injected") { request in
        .text(200, "hello", headers: [HeaderField("X-Echo", request.parameter("value") ?? "")])
    }
    let fixed = router
    return try HTTPServer(address, limits: limits, log: log) { fixed.answer($0) }
}
