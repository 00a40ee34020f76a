import JSON
import Options
import Posix
import TestSupport
import Testing

@testable import Commands

@Suite("The status of several sidecars", .scratch)
struct StatusOfAllTests {
    @Test("each root has a line, also one where nobody answers, which is why it ends with 1")
    func lines() throws {
        let sidecar = try CannedSidecar(Scratch.directory + "/one")
        try Files.makeDirectories(Scratch.directory + "/two")
        let both = ask([sidecar.root, Scratch.directory + "/two"])
        #expect(both.code == .failure)
        let lines = both.output.split(separator: "\n")
        try #require(lines.count == 2)
        #expect(lines[0] == "\(sidecar.root)  Your push is live: 1111111 runs.")
        #expect(lines[1].hasPrefix("\(Scratch.directory)/two  No answer: "))
        #expect(ask([sidecar.root]).code == .success)
    }

    @Test("as JSON each root has its status, or the reason why there is none")
    func json() throws {
        let sidecar = try CannedSidecar(Scratch.directory + "/one")
        let answer = try JSONValue.read(ask([sidecar.root, Scratch.directory + "/two"], json: true).output)
        #expect(
            answer.elements?.map { $0["root"]?.text ?? "" } == ["\"\(sidecar.root)\"", "\"\(Scratch.directory)/two\""])
        #expect(answer.elements?.first?["status"]?["condition"] == "current")
        #expect(answer.elements?.last?["error"]?.string?.isEmpty == false)
    }

    @Test("one that has published nothing yet ends it with 1")
    func unpublished() throws {
        let sidecar = try CannedSidecar(
            Scratch.directory + "/one", status: status(["published": .null, "condition": "deploying"]))
        #expect(ask([sidecar.root]).code == .failure)
    }

    private func ask(_ roots: [String], json: Bool = false) -> Said {
        let (output, errors) = (Locked(""), Locked(""))
        let console = Console(
            write: { text in output.withLock { $0 += text + "\n" } },
            complain: { text in errors.withLock { $0 += text + "\n" } })
        let code = StatusOfAll(roots.map { Path($0) }, console, json: json).run()
        return Said(code: code, output: output.withLock { $0 }, errors: errors.withLock { $0 })
    }
}
