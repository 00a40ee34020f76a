import Glibc
import Posix
import Testing

@Suite("Directories and paths", .timeLimit(.minutes(1)))
struct DirectoryTests {
    @Test("entries come with their bytes and kind, however many there are")
    func entries() async throws {
        try await withScratch { path in
            let directory = try FileDescriptor.openDirectory(path)
            let strange: [UInt8] = [0xff, 0x20, 0x0a, 0x41]
            try directory.makeDirectory(entry: strange)
            try directory.makeSymbolicLink(to: "nowhere", entry: "link")
            for number in 0..<2000 {
                try directory.open(entry: "file-\(number)", .write, [.create, .exclusive]).close()
            }
            let entries = try directory.entries()
            #expect(entries.count == 2002)
            #expect(entries.first { $0.name == strange }?.kind == .directory)
            #expect(entries.first { $0.name == Array("link".utf8) }?.kind == .symbolicLink)
            #expect(entries.filter { $0.kind == .file }.count == 2000)
            // A second listing starts from the beginning, and stops when told.
            var seen = 0
            try directory.forEachEntry { _ in
                seen += 1
                return seen < 10
            }
            #expect(seen == 10)
        }
    }

    @Test("a status tells size, mode, times, links and what a symbolic link itself is")
    func status() async throws {
        try await withScratch { path in
            let directory = try FileDescriptor.openDirectory(path)
            try AtomicFile.write(Array("12345".utf8), to: "\(path)/file", mode: 0o751)
            try directory.link(entry: "file", to: directory, as: "second")
            try directory.makeSymbolicLink(to: "file", entry: "link")
            try directory.setModificationTime(entry: "file", -1)
            let status = try directory.status(entry: "file")
            #expect(status.kind == .file)
            #expect(status.size == 5)
            #expect(status.permissions == 0o751)
            #expect(status.linkCount == 2)
            #expect(status.modificationTime == -1)
            #expect(status.changeTime > 1_600_000_000_000_000_000)
            #expect(status.userID == getuid())
            #expect(status.groupID == getgid())
            #expect(try directory.status(entry: "second").isSameFile(as: status))
            #expect(try directory.status(entry: "link").kind == .symbolicLink)
            #expect(try directory.status(entry: "link", followingLinks: true) == status)
            #expect(try directory.statusIfPresent(entry: "gone") == nil)
            #expect(try Files.statusIfPresent("\(path)/file/below") == nil)
            #expect(throws: SystemError(code: ENOENT, operation: "read the status of gone")) {
                try directory.status(entry: "gone")
            }
        }
    }

    @Test("a name with a zero byte is refused instead of cut short", arguments: ["\0", "file\0.txt", "a/b\0"])
    func zeroByte(name: String) {
        #expect(throws: SystemError(code: EINVAL, operation: "open \(name)")) { _ = try FileDescriptor.open(name) }
    }

    @Test("a directory is never opened through a symbolic link")
    func noFollow() async throws {
        try await withScratch { path in
            try Files.makeDirectory("\(path)/real")
            try Files.makeSymbolicLink(to: "real", at: "\(path)/link")
            let directory = try FileDescriptor.openDirectory(path)
            _ = try directory.openDirectory(entry: "real")
            let failure = #expect(throws: SystemError.self) { _ = try directory.openDirectory(entry: "link") }
            #expect(failure?.code == ENOTDIR)
        }
    }

    @Test("a tree goes away, what its symbolic links point to stays, and a missing one is no failure")
    func removal() async throws {
        try await withScratch { path in
            try Files.makeDirectories("\(path)/outside/kept")
            try Files.makeDirectories("\(path)/tree/a/b/c")
            try AtomicFile.write([1], to: "\(path)/tree/a/file")
            try Files.makeSymbolicLink(to: "\(path)/outside", at: "\(path)/tree/a/b/link")
            try Files.makeSymbolicLink(to: "\(path)/outside", at: "\(path)/link")
            try Files.setPermissions("\(path)/tree/a/b", 0o000)
            try Files.setPermissions("\(path)/tree/a", 0o500)
            try Files.removeTree("\(path)/tree/")
            try Files.removeTree("\(path)/tree")
            try Files.removeTree("\(path)/link")
            #expect(try Files.statusIfPresent("\(path)/tree") == nil)
            #expect(try Files.statusIfPresent("\(path)/link") == nil)
            #expect(try Files.statusIfPresent("\(path)/outside/kept") != nil)
            #expect(throws: SystemError(code: EINVAL, operation: "remove \(path)/outside/..")) {
                try Files.removeTree("\(path)/outside/..")
            }
        }
    }

    @Test("without privileges too, directories that are closed to their owner are removed")
    func closedDirectories() async {
        await #expect(processExitsWith: .success) {
            let path = "/tmp/posix-tests-closed-\(getpid())"
            if getuid() == 0 { setuid(65_534) }
            try Files.makeDirectory(path)
            try Files.makeDirectories("\(path)/tree/a/b")
            try AtomicFile.write([1], to: "\(path)/tree/a/b/file")
            try Files.setPermissions("\(path)/tree/a/b", 0o500)
            try Files.setPermissions("\(path)/tree/a", 0o000)
            try Files.removeTree("\(path)/tree")
            let left = try FileDescriptor.openDirectory(path).entries().count
            try Files.removeTree(path)
            exit(left == 0 ? 0 : 1)
        }
    }

    @Test("a tree deeper than paths can be long is removed, with few descriptors")
    func deepRemoval() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 150, rlim_max: 150)
            unsafe setrlimit(__rlimit_resource_t(7), &limit)
            let path = "/tmp/posix-tests-deep-\(getpid())"
            try Files.makeDirectory(path)
            // The descent goes through the working directory, as no path is long enough.
            if unsafe chdir(path) != 0 { exit(2) }
            for _ in 0..<3000 {
                try Files.makeDirectory("directory")
                if unsafe chdir("directory") != 0 { exit(3) }
            }
            if unsafe chdir("/") != 0 { exit(4) }
            try Files.removeTree(path)
            exit(try Files.statusIfPresent(path) == nil ? 0 : 1)
        }
    }

    @Test("a removal that is called off stops")
    func removalCalledOff() async throws {
        try await withScratch { path in
            try Files.makeDirectories("\(path)/tree/a")
            let cancellation = try Cancellation()
            cancellation.cancel()
            let failure = #expect(throws: SystemError.self) {
                try Files.removeTree("\(path)/tree", .after(.seconds(10), cancellation: cancellation))
            }
            #expect(failure?.isCancelled == true)
            #expect(try Files.statusIfPresent("\(path)/tree/a") != nil)
        }
    }

    @Test("missing directories are made; a file in the way is an error")
    func makeDirectories() async throws {
        try await withScratch { path in
            try Files.makeDirectories("\(path)/a/b/c/")
            try Files.makeDirectories("\(path)/a/b/c")
            #expect(try Files.status("\(path)/a/b/c").kind == .directory)
            try AtomicFile.write([], to: "\(path)/file")
            let failure = #expect(throws: SystemError.self) { try Files.makeDirectories("\(path)/file/x") }
            #expect(failure?.code == ENOTDIR)
            #expect(throws: SystemError(code: EEXIST, operation: "create the directory \(path)/file")) {
                try Files.makeDirectories("\(path)/file")
            }
        }
    }

    @Test("a path is resolved as the system would, its end may be missing")
    func resolve() async throws {
        try await withScratch { path in
            let real = try Files.resolve(path)
            try Files.makeDirectories("\(path)/a/b")
            try Files.makeSymbolicLink(to: "a/b", at: "\(path)/relative")
            try Files.makeSymbolicLink(to: "\(path)/a", at: "\(path)/absolute")
            try Files.makeSymbolicLink(to: "missing/x", at: "\(path)/dangling")
            try Files.makeSymbolicLink(to: "loop", at: "\(path)/loop")
            #expect(try Files.resolve("\(path)/relative/../c") == "\(real)/a/c")
            #expect(try Files.resolve("\(path)//absolute/./b/new/file") == "\(real)/a/b/new/file")
            #expect(try Files.resolve("\(path)/dangling/y") == "\(real)/missing/x/y")
            #expect(try Files.resolve("/../..") == "/")
            #expect(try Files.resolve("x") == "\(String(decoding: try Files.workingDirectory(), as: UTF8.self))/x")
            #expect(throws: SystemError(code: ELOOP, operation: "resolve \(path)/loop/z")) {
                try Files.resolve("\(path)/loop/z")
            }
        }
    }

    @Test("a file longer than the limit is refused, one at the limit is read")
    func bounded() async throws {
        try await withScratch { path in
            try AtomicFile.write([UInt8](repeating: 7, count: 5000), to: "\(path)/file")
            #expect(try Files.read("\(path)/file", limit: 5000) == [UInt8](repeating: 7, count: 5000))
            #expect(throws: SystemError(code: EFBIG, operation: "read \(path)/file")) {
                try Files.read("\(path)/file", limit: 4999)
            }
            // Its size is said to be zero.
            #expect(try Files.read("/proc/self/status", limit: 100_000).count > 500)
        }
    }

    @Test(
        "one line end at the end of a secret's file does not belong to it",
        arguments: [
            ("key", "key"), ("key\n", "key"), ("key\r\n", "key"), ("key\n\n", "key\n"), ("\n", ""), ("", ""),
        ])
    func secret(content: String, expected: String) async throws {
        try await withScratch { path in
            try AtomicFile.write(Array(content.utf8), to: "\(path)/secret")
            #expect(try Secret.read("\(path)/secret").exposed == expected)
        }
    }

    @Test("free space is that of df")
    func volume() throws {
        let volume = try Volume(of: "/tmp")
        let result = try runCommand(
            Command("/bin/df", ["-B1", "--output=size", "/tmp"], environment: [:]), deadline: .after(.seconds(20)))
        let size = result.output.text.split(separator: "\n").last.flatMap { UInt64($0.filter(\.isNumber)) }
        #expect(volume.totalBytes == size)
        #expect(volume.freeBytes > 0 && volume.freeBytes <= volume.totalBytes)
    }

    @Test("a lock that another process holds is refused with its number, and free when that has died")
    func lock() async throws {
        try await withScratch { path in
            let lock = "\(path)/lock"
            let child = try ChildProcess(
                Command(
                    "flock", [lock, "sh", "-c", "echo $$ > \(lock); echo ready >&2; sleep 60"],
                    environment: ["PATH": "/usr/bin:/bin"]),
                output: .null, error: .null)
            #expect(try eventually { try !(Files.statusIfPresent(lock).map { $0.size == 0 } ?? true) })
            let holder = String(decoding: try Files.read(lock, limit: 64).dropLast(), as: UTF8.self)
            #expect(throws: SystemError(code: EWOULDBLOCK, operation: "lock \(lock), which process \(holder) holds")) {
                _ = try FileLock(lock)
            }
            child.close()
            #expect(try eventually { (try? FileLock(lock)) != nil })
            let held = try FileLock(lock)
            #expect(try Files.read(lock, limit: 64) == Array("\(getpid())\n".utf8))
            #expect(throws: SystemError.self) { _ = try FileLock(lock) }
            _ = consume held
        }
    }
}
