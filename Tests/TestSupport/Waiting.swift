internal import Glibc
internal import Posix

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
