internal import Glibc

/// Owns one open file descriptor and closes it when it goes.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The number that the kernel gave; valid as long as this value lives.
    public let number: Int32

    /// Takes over a descriptor that is already open.
    public init(taking number: Int32) {
        self.number = number
    }

    deinit {
        Glibc.close(number)
    }

    /// Gives the descriptor up without closing it.
    public consuming func release() -> Int32 {
        let number = self.number
        discard self
        return number
    }
}
