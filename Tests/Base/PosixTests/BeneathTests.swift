import Posix
import TestSupport
import Testing

@Suite("Opening beneath a directory", .scratch, .timeLimit(.minutes(1)))
struct BeneathTests {
    private func top() throws -> FileDescriptor {
        try TestFiles.makeDirectory(Scratch.directory + "/top/a/b")
        try TestFiles.makeDirectory(Scratch.directory + "/outside/b")
        try TestFiles.write("canary", to: Scratch.directory + "/outside/b/canary")
        return try FileDescriptor.openDirectory(Scratch.directory + "/top")
    }

    @Test("a directory below is opened, by openat2 and by walking", arguments: [BeneathResolution.kernel, .walk])
    func opened(_ resolution: BeneathResolution) throws {
        // An old kernel cannot do the first.
        if resolution == .kernel, BeneathResolution.available == .walk { return }
        let top = try top()
        let below = try top.openDirectory(beneath: "a/b", by: resolution)
        #expect(
            try below.status().isSameFile(as: try Files.status(Scratch.directory + "/top/a/b")))
        #expect(try top.openDirectory(beneath: ".", by: resolution).status().isSameFile(as: try top.status()))
    }

    @Test(
        "symbolic links anywhere in the path, dots and absolute paths are refused",
        arguments: [BeneathResolution.kernel, .walk], ["link", "link/b", "a/link", "../outside", "a/../../outside"])
    func refused(_ resolution: BeneathResolution, _ path: String) throws {
        if resolution == .kernel, BeneathResolution.available == .walk { return }
        let top = try top()
        try top.makeSymbolicLink(to: "../outside", entry: "link")
        try top.makeSymbolicLink(to: "b", entry: "a/link")
        do {
            _ = try top.openDirectory(beneath: path, by: resolution)
            Issue.record("\(path) was opened")
        } catch {
            if path.contains("link") {
                let link = path.hasPrefix("a/") ? "a/link" : "link"
                #expect("\(error)" == "cannot open \(path): \(link) is a symbolic link, not a directory")
            }
        }
    }

    @Test("what is no regular file is a failure that says its kind, and is not waited for")
    func kinds() throws {
        let top = try top()
        try runProgram(["mkfifo", Scratch.directory + "/top/fifo"]).succeeded()
        try top.makeSymbolicLink(to: "../outside/b/canary", entry: "link")
        for (name, kind) in [("fifo", "a FIFO"), ("link", "a symbolic link"), ("a", "a directory")] {
            for access in [FileAccess.read, .write] {
                let error = failure { () throws(SystemError) in _ = try top.openFile(entry: name, access) }
                #expect(error?.isWrongKind == true)
                #expect(error?.description.hasSuffix(": it is \(kind), not a regular file") == true, "\(name)")
            }
        }
        let error = failure { () throws(SystemError) in
            _ = try Files.readRegular(Scratch.directory + "/top/fifo", limit: 10)
        }
        #expect(error?.isWrongKind == true)
    }

    private func failure(_ body: () throws(SystemError) -> Void) -> SystemError? {
        do throws(SystemError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test("a symbolic link in the place of a file is replaced itself, and nothing is left beside it")
    func replaced() throws {
        let top = try top()
        try top.makeSymbolicLink(to: "../outside/b/canary", entry: "file")
        try top.replaceFile(entry: "file", Array("new".utf8).span, mode: 0o640, synchronized: true)
        #expect(try TestFiles.text(Scratch.directory + "/top/file") == "new")
        #expect(try Files.status(Scratch.directory + "/top/file").permissions == 0o640)
        #expect(try TestFiles.text(Scratch.directory + "/outside/b/canary") == "canary")
        #expect(try TestFiles.list(Scratch.directory + "/top").sorted() == ["a", "file"])
    }
}
