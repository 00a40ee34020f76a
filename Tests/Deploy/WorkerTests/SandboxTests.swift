import Layout
import Posix
import Releases
import TestSupport
import Testing
import Worker

@Suite("The sandbox of a worker", .scratch, .timeLimit(.minutes(1)))
struct SandboxTests {
    private func probe(publishesDirectory: Bool) throws -> [String] {
        let layout = try ReleaseLayout(root: Scratch.directory + "/root", link: "link")
        let outside = Scratch.directory + "/outside"
        for path in [layout.staging, layout.releases, layout.gitDirectory, outside] {
            try TestFiles.makeDirectory(path)
        }
        if publishesDirectory {
            try TestFiles.makeDirectory(layout.link)
        } else {
            try Files.makeSymbolicLink(to: outside, at: layout.link)
        }
        for name in ["state.json", "journal.jsonl", "lock", "boot"] {
            try TestFiles.write(name, to: layout.state + "/" + name)
        }
        try TestFiles.write("secret", to: outside + "/secret")
        try Files.makeSymbolicLink(to: outside, at: layout.staging + "/planted")
        let settings = WorkerSettings(
            root: layout.root, link: layout.link, publishesDirectory: publishesDirectory, sandbox: .require,
            memory: 512 << 20)
        let result = try runProgram(
            [try builtProgram("SandboxProbe")] + settings.arguments + ["--", outside]
        ).succeeded()
        for name in ["state.json", "journal.jsonl", "lock", "boot"] {
            #expect(try TestFiles.text(layout.state + "/" + name) == name)
        }
        #expect(try TestFiles.list(outside) == ["secret"])
        return result.output.split(separator: "\n").map(String.init)
    }

    @Test(
        "refuses all that a worker has no business with, and leaves what a deployment needs", arguments: [false, true])
    func attacks(publishesDirectory: Bool) throws {
        let lines = try probe(publishesDirectory: publishesDirectory)
        guard !lines.contains(where: { $0.hasPrefix("missing") }) else {
            withKnownIssue("this kernel cannot confine a process") { Issue.record("\(lines)") }
            return
        }
        let worked = lines.filter { $0.hasSuffix(" worked") }
        #expect(worked == ["files worked", "threads worked", "encoding worked"])
        let refused = lines.filter { $0.hasSuffix(" refused") }
        #expect(refused.count + worked.count == lines.count, "\(lines.filter { !$0.hasSuffix(" refused") })")
        #expect(refused.count == 31)
    }
}
