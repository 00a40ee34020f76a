internal import Glibc
internal import Posix
internal import Synchronization

/// A thread of a test server.
final class ServerThread: Sendable {
    private let thread: pthread_t
    private let joined = Mutex(false)

    /// Starts a thread that runs `body`.
    init(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let box = unsafe Unmanaged.passRetained(ThreadBody(run: body))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                if let argument = unsafe argument {
                    unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            }, box.toOpaque())
        if code != 0 {
            unsafe box.release()
            throw SystemError(code: code, operation: "start a thread")
        }
        self.thread = thread
    }

    /// Waits for its end; a second call does nothing.
    func join() {
        joined.withLock { joined in
            if joined { return }
            joined = true
            pthread_join(thread, nil)
        }
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}
