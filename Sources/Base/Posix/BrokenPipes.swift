internal import Glibc

/// Makes writing to a pipe or socket that nobody reads an error (`EPIPE`) instead of the end of the process.
public func ignoreBrokenPipes() {
    _ = ignored
}

private let ignored: Bool = {
    signal(SIGPIPE, SIG_IGN)
    return true
}()
