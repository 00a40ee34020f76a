import Posix
import Telemetry
import Testing

@Suite("Log sinks", .timeLimit(.minutes(1)))
struct LogSinkTests {
    @Test("lines of many threads arrive whole, one after the other")
    func whole() async throws {
        let path = "/tmp/telemetry-tests-\(UInt64.random(in: .min ... .max))"
        let file = try FileDescriptor.open(path, .write, [.create, .exclusive, .append], mode: 0o600)
        defer { try? Files.remove(path) }
        let log = Logger(.descriptor(file.number, format: .logfmt))
        Parallel.forEach(count: 400, threads: 8) { number in
            log.info("line", ["number": .count(number), "filler": .text(String(repeating: "x", count: 3000))])
        }
        let lines = String(decoding: try Files.read(path, limit: 10_000_000), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 400)
        #expect(lines.allSatisfy { $0.hasPrefix("ts=") && $0.hasSuffix("xxx") && $0.utf8.count < 3100 })
        let numbers = lines.compactMap { $0.split(separator: " ").first { $0.hasPrefix("number=") } }
        #expect(Set(numbers).count == 400)
    }

    @Test("a reader that has gone does not end the process")
    func gone() async {
        await #expect(processExitsWith: .success) {
            ignoreBrokenPipes()
            let child = try ChildProcess(Command("/bin/true", environment: [:]), input: .pipe)
            _ = try child.wait(.after(.seconds(20)))
            // Nobody has this number open.
            Logger(.descriptor(999, format: .json)).error("nobody reads this")
        }
    }
}
