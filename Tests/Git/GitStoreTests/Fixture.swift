import GitObjects
import GitStore
import Glibc

/// A directory of its own for one test, removed afterwards, in which the real git program makes what we read.
final class Fixture: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/git-sidecar-store-XXXXXX".utf8CString)
        let made: String? = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, let made = unsafe mkdtemp(base) else { return nil }
            return unsafe String(cString: made)
        }
        guard let made else { throw Failure(what: "mkdtemp failed") }
        path = made
    }

    deinit {
        _ = try? Fixture.run(["/bin/rm", "-rf", path])
    }

    struct Failure: Error, CustomStringConvertible {
        let what: String
        var description: String { what }
    }

    /// Runs git in a directory below ours, with an environment that nothing outside can change; gives what it printed.
    @discardableResult
    func git(_ arguments: String..., in directory: String = "repo") throws -> String {
        let output = try Fixture.run(["/usr/bin/git", "-C", "\(path)/\(directory)"] + arguments)
        return output.last == "\n" ? String(output.dropLast()) : output
    }

    /// Runs a script with `sh` in our directory; `git` in it has the same environment.
    @discardableResult
    func shell(_ script: String) throws -> String {
        try Fixture.run(["/bin/sh", "-euc", "cd \(path)\n\(script)"])
    }

    /// A file's content.
    func bytes(_ name: String) throws -> [UInt8] {
        let file = unsafe open("\(path)/\(name)", O_RDONLY)
        guard file >= 0 else { throw Failure(what: "cannot open \(name)") }
        defer { close(file) }
        return Fixture.readAll(file)
    }

    /// What git calls a revision, as our type.
    func id(_ revision: String, in directory: String = "repo") throws -> ObjectID {
        let name = try git("rev-parse", "--verify", revision, in: directory)
        guard let id = ObjectID(name) else { throw Failure(what: "git printed \(name)") }
        return id
    }

    /// Runs a program to its end; throws with all its output when it fails.
    @discardableResult
    static func run(_ arguments: [String]) throws -> String {
        var pipes: [Int32] = [0, 0]
        guard unsafe pipe(&pipes) == 0 else { throw Failure(what: "pipe failed") }
        for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, pipes[1], 2)
        var child = pid_t()
        let spawned = unsafe withStrings(arguments) { argv in
            unsafe withStrings(environment) { envp in
                unsafe posix_spawn(&child, arguments[0], &actions, nil, argv, envp)
            }
        }
        close(pipes[1])
        defer { close(pipes[0]) }
        guard spawned == 0 else { throw Failure(what: "cannot start \(arguments[0])") }
        let output = readAll(pipes[0])
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
        let text = String(decoding: output, as: UTF8.self)
        guard status == 0 else { throw Failure(what: "\(arguments.joined(separator: " ")): \(text)") }
        return text
    }

    private static func readAll(_ file: Int32) -> [UInt8] {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = unsafe read(file, &buffer, buffer.count), count > 0 { content += buffer[..<count] }
        return content
    }

    private static let environment = [
        "PATH=/usr/bin:/bin", "HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
        "GIT_AUTHOR_NAME=Ada Author", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_AUTHOR_DATE=1700000000 +0100",
        "GIT_COMMITTER_NAME=Carl Committer", "GIT_COMMITTER_EMAIL=carl@example.org",
        "GIT_COMMITTER_DATE=1700000100 +0000", "LC_ALL=C",
    ]
}

/// Lends C strings, ended by a null pointer, to a call.
private func withStrings<Result>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers = unsafe strings.map { unsafe strdup($0) } + [nil]
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("an array with one element has an address") }
        return unsafe body(base)
    }
}
