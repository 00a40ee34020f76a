import Glibc
import HTTPClient
import Posix
import Testing

@Suite("Cost", .timeLimit(.minutes(1)))
struct CostTests {
    @Test("10,000 warm requests cost less than half a millisecond of processor time each, and memory stays flat")
    func warmRequests() async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            let server = try Nginx()
            try measure("http", try client(), "http://127.0.0.1:\(server.port)/")
        }
        print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
    }

    @Test("the same over TLS with HTTP/2, where the system's and another certificate authority are trusted")
    func warmRequestsOverTLS() async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            let certificates = try Certificates()
            let server = try Nginx("ssl http2", try certificates.make("server"))
            let client = try client(tls: TLSSettings(additionalFile: certificates.authority))
            try measure("https, HTTP/2", client, "https://localhost:\(server.port)/")
        }
        print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
    }
}

private func measure(_ name: String, _ client: HTTPClient, _ url: String) throws {
    let request = HTTPRequest(url)
    func repeatedly(_ count: Int) throws {
        for _ in 0..<count {
            try client.send(request, deadline: .after(soon)) { _ in }
        }
    }
    let cold = residentKilobytes()
    try repeatedly(1000)
    let warm = residentKilobytes()
    let time = processorMicroseconds()
    try repeatedly(10_000)
    let cost = (processorMicroseconds() - time) / 10_000
    let growth = residentKilobytes() - warm
    print(
        "a warm request over \(name): \(cost) µs of processor time; the first 1,000 take \(warm - cold) KiB, "
            + "10,000 more \(growth) KiB")
    #expect(cost < 500)
    #expect(growth < 512)
}

private func processorMicroseconds() -> Int {
    var usage = rusage()
    unsafe getrusage(0, &usage)
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000
        + Int(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
}

private func residentKilobytes() -> Int {
    guard let bytes = try? Files.read("/proc/self/statm", limit: 4096) else { return 0 }
    let words = bytes.split(separator: 32)
    return words.count > 1 ? (Int(String(decoding: words[1], as: UTF8.self)) ?? 0) * 4 : 0
}
