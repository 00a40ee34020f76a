internal import Glibc
public import Posix

/// A condition that did not come true in time.
public struct NeverHappened: Error, CustomStringConvertible {
    /// What was waited for, and how long.
    public let description: String
}

/// Waits until a condition is true; throws when it is not within `limit`.
///
/// It looks every millisecond at first and every 20 ms later on.
public func waitUntil(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(10), _ condition: () throws -> Bool
) throws {
    let deadline = Deadline.after(limit)
    var pause: UInt32 = 1000
    while try !condition() {
        if deadline.remaining == .zero { throw NeverHappened(description: "\(what()): not within \(limit)") }
        usleep(pause)
        pause = min(pause * 5 / 4, 20_000)
    }
}

/// Does something on another thread as soon as this one waits in the kernel, for whatever it is.
///
/// Should it wait for something else before what is meant, the body runs too early. The thread must be joined.
public func onceThisThreadWaits(_ body: @escaping @Sendable () -> Void) throws -> NativeThread {
    let me = try ObservedThread.current()
    return try NativeThread("once-it-waits") {
        // It goes on when the other never waits: whoever then hangs or fails says more than we could.
        try? waitUntil("the other thread waits") { try me.isAsleep() }
        body()
    }
}

/// A thread of ours that another one looks at.
struct ObservedThread: Sendable {
    private let path: String

    static func current() throws -> ObservedThread {
        guard let path = TestFiles.linkTarget("/proc/thread-self") else {
            throw SystemError.last("read /proc/thread-self")
        }
        return ObservedThread(path: "/proc/\(path)/stat")
    }

    /// Whether it waits in the kernel, for whatever it is.
    func isAsleep() throws -> Bool {
        let status = try TestFiles.text(path)
        return status[(status.lastIndex(of: ")") ?? status.startIndex)...].hasPrefix(") S")
    }
}
