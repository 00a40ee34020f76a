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
            let client = try client()
            let request = HTTPRequest("http://127.0.0.1:\(server.port)/")
            func repeatedly(_ count: Int) throws {
                for _ in 0..<count {
                    try client.send(request, deadline: .after(soon)) { _ in }
                }
            }
            try repeatedly(1000)
            let memory = residentKilobytes()
            let time = processorMicroseconds()
            try repeatedly(10_000)
            let cost = (processorMicroseconds() - time) / 10_000
            let growth = residentKilobytes() - memory
            print("a warm request: \(cost) µs of processor time; 10,000 of them: \(growth) KiB more memory")
            #expect(cost < 500)
            #expect(growth < 512)
        }
        print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
    }
}

private func processorMicroseconds() -> Int {
    var usage = rusage()
    unsafe getrusage(0, &usage)
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000
        + Int(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
}

private func residentKilobytes() -> Int {
    let file = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 200)
    let count = unsafe read(file, &bytes, bytes.count)
    let words = bytes[..<max(0, count)].split(separator: 32)
    return words.count > 1 ? (Int(String(decoding: words[1], as: UTF8.self)) ?? 0) * 4 : 0
}
