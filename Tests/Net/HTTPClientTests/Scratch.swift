import Glibc

/// A directory of a test's own, gone when the test is over.
final class Scratch: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/http-client-test-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw FixtureFailure(words: "no scratch directory") }
        path = unsafe String(cString: made)
    }

    deinit {
        try? run(["rm", "-rf", path])
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let bytes = Array(text.utf8)
        let file = unsafe open(file(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(file) }
        try require(unsafe Glibc.write(file, bytes, bytes.count) == bytes.count)
        return self.file(name)
    }
}

struct FixtureFailure: Error {
    let words: String
}

/// Throws when a fixture cannot be set up; usable outside of tests.
func require(_ condition: Bool, _ words: String = "fixture failed: errno \(errno)") throws {
    if !condition { throw FixtureFailure(words: words) }
}

/// Starts a program found in PATH, which inherits nothing but the standard descriptors.
func start(_ arguments: [String]) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    // Glibc shows this one only to those who ask for GNU extensions, which Swift does not.
    guard let found = unsafe dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
        throw FixtureFailure(words: "this libc cannot close descriptors on the way to a child")
    }
    typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
    _ = unsafe unsafeBitCast(found, to: CloseFrom.self)(&actions, 3)
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var child: pid_t = 0
    let code = unsafe posix_spawnp(&child, arguments[0], &actions, nil, &words, environ)
    try require(code == 0, "cannot start \(arguments): error \(code)")
    return child
}

/// Runs a program to its end and throws when it fails.
func run(_ arguments: [String]) throws {
    let status = wait(for: try start(arguments))
    try require(status == 0, "\(arguments) ended with status \(status)")
}

@discardableResult
func wait(for child: pid_t) -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    return status
}

/// Runs a closure on a thread of its own.
func onThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
    let code = unsafe pthread_create(
        &thread, nil,
        { box in
            guard let box = unsafe box else { return nil }
            unsafe Unmanaged<Box>.fromOpaque(box).takeRetainedValue().body()
            return nil
        }, box)
    precondition(code == 0)
    pthread_detach(thread)
}
