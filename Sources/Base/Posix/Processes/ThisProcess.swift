internal import Glibc

/// This process, as the system sees it.
public enum ThisProcess {
    /// Whether it is the first process of its namespace, to which every orphan in it falls.
    public static var isFirst: Bool { getpid() == 1 }

    /// The name of the machine, or of the container, as others there know it; empty where it has none.
    public static var hostName: String {
        // Where it cannot be read there is none.
        let name = (try? Files.read("/proc/sys/kernel/hostname", limit: 4096)) ?? []
        return String(decoding: name.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// Whether standard error is a terminal.
    public static var standardErrorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether standard output is a terminal.
    public static var standardOutputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// How many characters fit into a line of the terminal behind a descriptor; nil when there is none, or it does not say.
    public static func terminalWidth(_ descriptor: Int32) -> Int? {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// The variables that it was started with; those that are not UTF-8 are mended with `�`.
    public static var environment: [String: String] {
        let inherited = Environment.current(removing: [])
        return Dictionary(
            inherited.names.map { ($0, inherited[$0] ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    /// Ends the process with a code, without waiting for any thread.
    public static func exit(_ code: Int32) -> Never {
        _exit(code)
    }

    /// Writes text to standard output, or to standard error.
    public static func print(_ text: String, toStandardError: Bool = false) {
        SharedOutput(toStandardError ? 2 : 1).write(Array((text + "\n").utf8))
    }
}

extension FileDescriptor {
    /// Gives the file the present time as the time of its last change.
    public borrowing func setModificationTimeToNow() throws(SystemError) {
        let number = self.number
        try systemCall("set the time of a file") { futimens(number, nil) }
    }
}

/// Makes writing to a pipe or socket that nobody reads an error (`EPIPE`) instead of the end of the process.
public func ignoreBrokenPipes() {
    _ = ignored
}

private let ignored: Bool = {
    signal(SIGPIPE, SIG_IGN)
    return true
}()
