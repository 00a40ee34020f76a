internal import CShims
internal import Glibc

/// A thread of its own, for work that blocks.
public struct NativeThread: Sendable {
    private let identity: UInt

    /// Starts a thread with 8 MiB of stack, as C libraries expect it.
    ///
    /// Of its name the system keeps 15 bytes. A thread that is not detached must be joined, once.
    public init(_ name: String, detached: Bool = false, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let work = unsafe Unmanaged.passRetained(Work(name: name, body: body)).toOpaque()
        var identity: UInt = 0
        let code = unsafe shim_start_thread(&identity, detached ? 1 : 0, 8 * 1024 * 1024, runWork, work)
        if code != 0 {
            unsafe Unmanaged<Work>.fromOpaque(work).release()
            throw SystemError(code: code, operation: "start the thread \(name)")
        }
        self.identity = identity
    }

    /// Waits until the thread has ended.
    public func join() {
        pthread_join(identity, nil)
    }
}

private final class Work: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runWork(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
    // The kernel keeps 15 bytes of a thread's name.
    shimName(String(work.name.prefix(15)))
    work.body()
    return nil
}

private func shimName(_ name: String) {
    _ = unsafe name.withCPath { unsafe shim_name_this_thread($0) }
}

extension NativeThread {
    /// Lets everything else go before the calling thread, on the processors and on the disk, until it ends.
    public static func yieldToOthers() {
        // Where it is refused the thread is as urgent as others, which is not wrong.
        _ = shim_yield_to_others()
    }
}
