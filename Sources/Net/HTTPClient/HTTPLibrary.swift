internal import CCurl
internal import Posix

/// libcurl's state for the whole process.
public enum HTTPLibrary {
    /// Starts libcurl; call it once before any thread is made, further calls do nothing.
    ///
    /// SIGPIPE is ignored from then on: OpenSSL writes to sockets whose peer is gone.
    public static func start() {
        _ = started
    }

    private static let started: Bool = {
        ignoreBrokenPipes()
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()

    /// Whether libcurl could be started.
    static var isStarted: Bool { started }
}
