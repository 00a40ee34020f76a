import Glibc
import Posix
import Synchronization
import TestSupport

/// Runs a body in a directory of its own, which is removed afterwards.
func withScratch<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path =
        "\(Environment.current(removing: [])["TMPDIR"] ?? "/tmp")/posix-tests-\(UInt64.random(in: .min ... .max))"
    try Files.makeDirectory(path)
    do {
        let result = try await body(path)
        try Files.removeTree(path)
        return result
    } catch {
        try? Files.removeTree(path)
        throw error
    }
}

/// A shell that runs a script; not a way to build commands outside of tests.
func shell(_ script: String, directory: String? = nil) -> Command {
    Command("/bin/sh", ["-c", script], environment: ["PATH": "/usr/bin:/bin"], directory: directory)
}

/// Waits until a condition holds; false when it does not within ten seconds.
func eventually(_ condition: () throws -> Bool) throws -> Bool {
    let deadline = Deadline.after(.seconds(10))
    while try !condition() {
        if deadline.remaining == .zero { return false }
        try Deadline.after(.seconds(10)).pause(.milliseconds(2))
    }
    return true
}

/// Whether a process of this number exists and is not a zombie.
func isAlive(_ process: Int) -> Bool {
    guard let stat = try? Files.read("/proc/\(process)/stat", limit: 4096) else { return false }
    let text = String(decoding: stat, as: UTF8.self)
    guard let parenthesis = text.lastIndex(of: ")") else { return false }
    return !text[parenthesis...].hasPrefix(") Z")
}

/// A switch that one thread throws and another looks at.
final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}

/// Calls work off from another thread, when this one waits for it.
///
/// A task would not do: tests that block hold all threads of the pool.
func cancelSoon(_ cancellation: Cancellation) throws -> NativeThread {
    try onceThisThreadWaits { cancellation.cancel() }
}

/// A place where a number of threads meet; it tells each whether all came within ten seconds.
final class MeetingPoint: Sendable {
    private let arrived = Atomic<Int>(0)
    private let expected: Int

    init(expecting expected: Int) {
        self.expected = expected
    }

    func arrive() -> Bool {
        arrived.add(1, ordering: .relaxed)
        return (try? eventually { arrived.load(ordering: .relaxed) == expected }) ?? false
    }
}
