internal import Glibc

extension Deadline {
    /// Waits until the descriptor is readable, the work is called off, the time is up or `limit` has passed.
    ///
    /// It does not say which: look. A descriptor of -1 is not waited for.
    public func wait(for descriptor: Int32, atMost limit: Duration? = nil) throws(SystemError) {
        let until = limit.map { capped(at: $0) } ?? self
        var entries: [2 of pollfd] = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: cancellation?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = until.remainingMilliseconds
        var span = entries.mutableSpan
        let result = unsafe span.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, 2, milliseconds) }
        if result < 0, errno != EINTR { throw SystemError.last("wait") }
    }

    /// Sleeps for `duration`, and throws when the deadline comes or the work is called off before that.
    public func pause(_ duration: Duration) throws(SystemError) {
        let end = now.advanced(by: duration)
        while now < end {
            try check("wait")
            if let clock {
                clock.sleep(until: min(end, instant))
            } else {
                try wait(for: -1, atMost: now.duration(to: end))
            }
        }
    }
}
