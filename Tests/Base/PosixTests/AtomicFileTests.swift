import Glibc
import Posix
import Testing

@Suite("Atomic files and links", .timeLimit(.minutes(1)))
struct AtomicFileTests {
    @Test("a file is replaced whole, with the mode asked for, and nothing is left beside it", arguments: [false, true])
    func replaced(synchronized: Bool) async throws {
        try await withScratch { directory in
            let path = "\(directory)/state.json"
            try AtomicFile.write(Array("old".utf8), to: path, synchronized: synchronized)
            let old = try Files.status(path)
            try AtomicFile.write(Array("new".utf8), to: path, mode: 0o660, synchronized: synchronized)
            #expect(try Files.read(path, limit: 10) == Array("new".utf8))
            #expect(try Files.status(path).permissions == 0o660)
            #expect(try Files.status(path).isSameFile(as: old) == false)
            #expect(try FileDescriptor.openDirectory(directory).entries().count == 1)
        }
    }

    @Test("a failure names the file, leaves it as it was and nothing beside it")
    func failed() async throws {
        try await withScratch { directory in
            let path = "\(directory)/taken"
            try Files.makeDirectories("\(path)/inside")
            #expect(throws: SystemError(code: EISDIR, operation: "write \(path)")) {
                try AtomicFile.write([1], to: path)
            }
            #expect(try FileDescriptor.openDirectory(directory).entries().map(\.name) == [Array("taken".utf8)])
        }
    }

    @Test("a full device is an error and leaves nothing")
    func full() async {
        // A file size limit is the disk that is full for one process only.
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
            unsafe setrlimit(__rlimit_resource_t(1), &limit)
            let directory = "/tmp/posix-tests-full-\(getpid())"
            try Files.makeDirectory(directory)
            var code: Int32 = 0
            do throws(SystemError) {
                try AtomicFile.write([UInt8](repeating: 1, count: 5000), to: "\(directory)/file")
            } catch {
                code = error.code
            }
            let left = try FileDescriptor.openDirectory(directory).entries().count
            try Files.removeTree(directory)
            exit(code == EFBIG && left == 0 ? 0 : 1)
        }
    }

    @Test("a link that is replaced a thousand times is never missing and never wrong for its reader")
    func link() async throws {
        try await withScratch { directory in
            let link = "\(directory)/current"
            try AtomicSymlink.replace(target: "release-0", at: link)
            let isDone = Flag()
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask {
                    var seen = 0
                    repeat {
                        let target = String(decoding: try Files.readSymbolicLink(link), as: UTF8.self)
                        try #require(target.hasPrefix("release-"))
                        seen += 1
                    } while !isDone.isSet
                    return seen
                }
                defer { isDone.set() }
                for round in 1...1000 { try AtomicSymlink.replace(target: "release-\(round)", at: link) }
                isDone.set()
                for try await seen in group { #expect(seen > 0) }
            }
            #expect(try Files.readSymbolicLink(link) == Array("release-1000".utf8))
            #expect(try FileDescriptor.openDirectory(directory).entries().count == 1)
        }
    }

    @Test("a link cannot take a directory's place; what is left by a crash does not block it")
    func linkFailures() async throws {
        try await withScratch { directory in
            let path = "\(directory)/current"
            try Files.makeSymbolicLink(to: "x", at: "\(directory)/\(TemporaryName.prefix)0")
            try AtomicSymlink.replace(target: "y", at: path)
            #expect(try Files.readSymbolicLink(path) == Array("y".utf8))
            try Files.remove(path)
            try Files.makeDirectory(path)
            #expect(throws: SystemError(code: EISDIR, operation: "point the link \(path) to z")) {
                try AtomicSymlink.replace(target: "z", at: path)
            }
            let names = try FileDescriptor.openDirectory(directory).entries().map(\.name)
            #expect(names.filter(TemporaryName.matches).count == 1)
        }
    }

    @Test("two directories are exchanged")
    func exchange() async throws {
        try await withScratch { directory in
            try Files.makeDirectories("\(directory)/a/one")
            try Files.makeDirectories("\(directory)/b/two")
            try Files.exchange("\(directory)/a", "\(directory)/b")
            #expect(try Files.statusIfPresent("\(directory)/a/two") != nil)
            #expect(try Files.statusIfPresent("\(directory)/b/one") != nil)
            #expect(throws: SystemError(code: ENOENT, operation: "exchange \(directory)/a with \(directory)/c")) {
                try Files.exchange("\(directory)/a", "\(directory)/c")
            }
        }
    }
}
