public import Posix

/// Which proxy leads out, as curl and git know it.
public struct ProxySettings: Sendable {
    private let forPlain: Secret?
    private let forSecure: Secret?
    /// The hosts that are reached without a proxy, separated by commas; `*` means all.
    let exceptions: String

    /// No proxy.
    public static let none = ProxySettings(environment: [:])

    /// The proxy that was asked for, or else those of `http_proxy`, `https_proxy`, `all_proxy`; never for the hosts
    /// in `no_proxy`.
    ///
    /// Names in upper case count too, except `HTTP_PROXY`, which a web server's client could set. An explicit proxy that
    /// is empty means none. Secrets because they may hold a password.
    public init(environment: [String: String], explicit: Secret? = nil) {
        func variable(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        forPlain = explicit ?? variable("http_proxy", "all_proxy", "ALL_PROXY").map(Secret.init)
        forSecure =
            explicit ?? variable("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY").map(Secret.init)
        exceptions = variable("no_proxy", "NO_PROXY") ?? ""
    }

    /// The proxy for URLs of this scheme, exceptions aside.
    func proxy(forSecure secure: Bool) -> Secret? {
        guard let proxy = secure ? forSecure : forPlain, !proxy.exposed.isEmpty else { return nil }
        return proxy
    }
}
