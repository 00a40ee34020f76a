import Posix
import Telemetry
import TestSupport
import Testing

@testable import Sidecar

@Suite("Adding our user", .scratch, .timeLimit(.minutes(1)))
struct AddUserTests {
    private let root = "root:x:0:0:root:/root:/bin/bash\n"

    private func added(to list: String, user: UInt32 = 65_533, home: String? = "/home/us") throws -> (String, [String])
    {
        let file = "\(Scratch.directory)/passwd"
        try TestFiles.write(list, to: file)
        let messages = Locked<[String]>([])
        let logger = Logger(LogSink { record in messages.withLock { $0.append(record.message) } })
        addUser(to: file, user: user, group: 1000, home: home, logger)
        let text = try TestFiles.text(file)
        #expect(text.hasPrefix(list))
        return (String(text.dropFirst(list.count)), messages.withLock { $0 })
    }

    @Test("a user without an entry gets one, in a line of its own")
    func missing() throws {
        let line = "git-sidecar:x:65533:1000:git-sidecar:/home/us:/sbin/nologin\n"
        #expect(try added(to: root) == (line, ["added our user"]))
        #expect(try added(to: String(root.dropLast())).0 == "\n" + line)
        #expect(try added(to: "").0 == line)
    }

    @Test("a user with an entry is left alone, whatever its name")
    func present() throws {
        #expect(try added(to: root + "www:x:65533:0::/:/bin/sh\n") == ("", []))
        #expect(try added(to: root, user: 0) == ("", []))
    }

    @Test("a group of our number or a name that is taken is not our entry")
    func alike() throws {
        let list = root + "git-sidecar:x:1:65533::/:/bin/sh\n"
        #expect(try added(to: list).0.hasPrefix("git-sidecar-65533:x:65533:1000:"))
    }

    @Test(
        "without a home directory that can be written down, it is the root",
        arguments: [nil, "", "relative", "/a:b", "/a\nb"])
    func home(_ home: String?) throws {
        #expect(try added(to: root, home: home).0 == "git-sidecar:x:65533:1000:git-sidecar:/:/sbin/nologin\n")
    }

    @Test("a list that cannot be written is a warning")
    func unwritable() throws {
        let messages = Locked<[String]>([])
        let logger = Logger(LogSink { record in messages.withLock { $0.append(record.message) } })
        // Not even root may write there.
        addUser(to: "/proc/version", user: 65_533, group: 1000, home: nil, logger)
        #expect(messages.withLock { $0 } == ["cannot add our user; ssh will not work without it"])
    }

    @Test("ssh works for the user then", .enabled(if: canUseNamespaces, "needs root and mount namespaces"))
    func ssh() throws {
        let file = "\(Scratch.directory)/passwd"
        try runProgram(["chmod", "755", Scratch.directory]).succeeded()
        try TestFiles.write(root, to: file)
        func resolve() throws -> ProgramResult {
            let script =
                "mount --bind \(file) /etc/passwd && exec setpriv --reuid 54321 --regid 54321 --clear-groups ssh -G host"
            return try runProgram(["unshare", "-m", "sh", "-c", script])
        }
        #expect(try resolve().errors.contains("No user exists for uid 54321"))
        addUser(to: file, user: 54_321, group: 54_321, home: "/tmp", .silent)
        let result = try resolve()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("user git-sidecar"))
    }
}

private let canUseNamespaces: Bool = {
    let script = "mount --bind /etc/passwd /etc/passwd && setpriv --reuid 54321 --clear-groups --regid 54321 true"
    return (try? runProgram(["unshare", "-m", "sh", "-c", script]).status) == 0
}()
