internal import CShims
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

    /// Closes the descriptor and reports what some file systems say only then, such as a full quota.
    public consuming func close() throws(SystemError) {
        let number = release()
        // Linux frees the number whatever close(2) returns: it is never called twice.
        if Glibc.close(number) < 0, errno != EINTR { throw SystemError.last("close a file") }
    }

    /// Another descriptor of the same open file.
    public borrowing func duplicate() throws(SystemError) -> FileDescriptor {
        let number = self.number
        return FileDescriptor(taking: try systemCall("duplicate a descriptor") { fcntl(number, F_DUPFD_CLOEXEC, 3) })
    }

    /// Makes reads and writes return at once with `EAGAIN` instead of waiting.
    borrowing func setNonBlocking() throws(SystemError) {
        let number = self.number
        let flags = try systemCall("read the flags of a descriptor") { fcntl(number, F_GETFL) }
        try systemCall("set the flags of a descriptor") { fcntl(number, F_SETFL, flags | O_NONBLOCK) }
    }

    /// Moves a descriptor above 2, where dup2(2) for a child's standard descriptors cannot overwrite it.
    ///
    /// It lies below only in a process that was started with its standard descriptors closed.
    static func aboveStandard(_ descriptor: consuming FileDescriptor) throws(SystemError) -> FileDescriptor {
        if descriptor.number > 2 { return descriptor }
        return try descriptor.duplicate()
    }
}

/// Both ends of a pipe, closed on exec and numbered above the standard descriptors.
struct Pipe: ~Copyable {
    let readEnd: FileDescriptor
    let writeEnd: FileDescriptor

    static func make() throws(SystemError) -> Pipe {
        var numbers: (Int32, Int32) = (-1, -1)
        try systemCall("create a pipe") { unsafe shim_pipe(&numbers.0, &numbers.1) }
        let readEnd = FileDescriptor(taking: numbers.0)
        let writeEnd = FileDescriptor(taking: numbers.1)
        let highReadEnd = try FileDescriptor.aboveStandard(readEnd)
        let highWriteEnd = try FileDescriptor.aboveStandard(writeEnd)
        return Pipe(readEnd: highReadEnd, writeEnd: highWriteEnd)
    }
}
