internal import HTTPClient
internal import JSON
internal import Posix
internal import TestSupport

/// The program, running in the background on the root of a lane.
final class Program {
    /// What it holds.
    struct Holdings {
        var descriptors = 0
        var threads = 0
        var children = 0
    }

    private let program: BackgroundProgram
    private let client: HTTPClient

    init(_ path: String, _ arguments: [String], root: String, log: String) throws {
        program = try BackgroundProgram([path] + arguments, log: log)
        client = try HTTPClient(
            HTTPConfiguration(userAgent: "faults", socketFile: root + "/.git-sidecar/control.sock"))
    }

    var isRunning: Bool { program.isRunning }

    func ask(_ path: String, method: String = "GET", body: String = "") -> (status: Int, body: String)? {
        guard
            let answer = try? client.fetch(
                HTTPRequest("http://sidecar" + path, method: method, body: Array(body.utf8)), limit: 1 << 22,
                deadline: .after(.seconds(5)))
        else { return nil }
        return (answer.response.status, String(decoding: answer.body, as: UTF8.self))
    }

    /// What it says about itself; null while it does not answer.
    var status: JSONValue {
        guard let answer = ask("/v1/status"), answer.status == 200 else { return .null }
        return (try? JSONValue.read(answer.body)) ?? .null
    }

    /// Its metrics by name and labels.
    var metrics: [String: Double] {
        var found: [String: Double] = [:]
        for line in (ask("/metrics")?.body ?? "").split(separator: "\n") where line.first != "#" {
            guard let space = line.lastIndex(of: " ") else { continue }
            found[String(line[..<space])] = Double(line[line.index(after: space)...])
        }
        return found
    }

    var holdings: Holdings {
        let process = "/proc/\(program.processID)"
        let tasks = (try? TestFiles.list(process + "/task")) ?? []
        let children = tasks.map { (try? TestFiles.text("\(process)/task/\($0)/children")) ?? "" }
        return Holdings(
            descriptors: ((try? TestFiles.list(process + "/fd")) ?? []).count, threads: tasks.count,
            children: children.joined(separator: " ").split(separator: " ").count)
    }

    /// How it ended, if it does within a time.
    func waitForEnd(within limit: Duration = .seconds(5)) -> Int32? { program.waitForEnd(within: limit) }

    /// Asks it to end and returns how it did; nil when it had to be killed.
    func end() -> Int32? {
        program.signal(15)
        defer { program.stop() }
        return program.waitForEnd(within: .seconds(5))
    }

    func kill() { program.stop() }

    /// The end of what it wrote, in one line.
    var lastWords: String {
        let lines = program.log.split(separator: "\n").filter { !$0.contains(#""level":"debug""#) }
        return lines.suffix(2).joined(separator: " | ")
    }

    var log: String { program.log }
}
