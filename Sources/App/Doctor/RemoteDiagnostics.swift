internal import Assembly
internal import Commands
internal import Figures
internal import GitProtocol
internal import HTTPClient
internal import Options
internal import Posix
internal import Remote
internal import Telemetry

/// Looks whether the remote can be reached, knows us, and has what is asked for.
struct RemoteDiagnostics {
    private let plan: Plan
    private let environment: [String: String]

    init(_ diagnostics: Diagnostics) {
        plan = diagnostics.plan
        environment = diagnostics.environment
    }

    /// Asks the remote; the result is the time by the server's clock, where it told.
    func run(_ tell: Diagnostics.Tell) -> Timestamp? {
        HTTPLibrary.start()
        do {
            let url = try RemoteURL(plan)
            let settings = try RemoteSettings(plan, for: url, environment: environment, logger: .silent)
            var date: Timestamp?
            if url.scheme == .http || url.scheme == .https {
                do throws(TransferError) {
                    date = try reach(url, settings, tell)
                } catch {
                    tell(diagnosis(error, url))
                    return nil
                }
            }
            try resolve(url, settings, tell)
            return date
        } catch let error as RemoteError {
            tell(diagnosis(error))
        } catch {
            tell(Diagnosis(.problem, "remote", "\(error)"))
        }
        return nil
    }

    private var limit: Deadline { .after(min(plan.settings.syncTimeout, .seconds(30))) }

    /// One request as anybody, for how long its parts take.
    private func reach(
        _ url: RemoteURL, _ settings: RemoteSettings, _ tell: Diagnostics.Tell
    ) throws(TransferError) -> Timestamp? {
        let request = HTTPRequest(
            url.location("/info/refs", query: "service=git-upload-pack"),
            headers: [HTTPHeader("Git-Protocol", "version=2")])
        let response = try HTTPClient(settings.http).fetch(request, limit: 64 << 20, deadline: limit).response
        let timings = response.timings
        var parts = ["name found in \(millisecondsText(timings.nameLookup))"]
        parts.append("connected after \(millisecondsText(timings.connected))")
        if timings.secured > .zero { parts.append("TLS after \(millisecondsText(timings.secured))") }
        parts.append("answered after \(millisecondsText(timings.firstByte))")
        tell(Diagnosis(.good, "network", "\(url.origin): \(parts.joined(separator: ", "))"))
        if url.scheme == .http {
            tell(
                Diagnosis(
                    .warning, "encryption", "none: anybody on the way can read and change what is fetched",
                    advice: "Use an https URL."))
        } else if !settings.http.tls.verify {
            tell(
                Diagnosis(
                    .warning, "certificate", "not verified (http.sslVerify): anybody may be the server",
                    advice: "Give the server's authority with --tls-ca-file instead."))
        } else {
            tell(Diagnosis(.good, "certificate", "made for \(url.host), by an authority that is trusted"))
        }
        return response.head.headers.value("Date").flatMap { Timestamp(httpDate: $0) }
    }

    private func resolve(_ url: RemoteURL, _ settings: RemoteSettings, _ tell: Diagnostics.Tell) throws {
        let remote = try RemoteRepository(url, settings)
        defer { remote.close() }
        let wanted = try RefQuery(plan.settings.ref)
        // A full hash stands for itself: then only whether somebody answers can be seen.
        let query = wanted.objectID == nil ? wanted : try RefQuery("HEAD")
        let start = ContinuousClock.now
        let found: ResolvedReference?
        do throws(RemoteError) {
            found = try remote.resolve(query, limit)
        } catch {
            guard wanted.objectID != nil, error.kind == .missingReference else { throw error }
            found = nil
        }
        let time = millisecondsText(ContinuousClock.now - start)
        tell(Diagnosis(.good, "remote", "\(url) answered in \(time)"))
        if url.scheme == .ssh { hostKeys(url, settings, tell) }
        if url.scheme != .file { tell(Diagnosis(.good, "credentials", credentials(url, settings))) }
        if wanted.objectID != nil {
            tell(
                Diagnosis(
                    .good, "reference", "\(plan.settings.ref) is a full hash; whether the remote has it shows a fetch"))
        } else if let found {
            tell(Diagnosis(.good, "reference", "\(wanted.name) is \(found.shownName) at \(found.commit)"))
        }
    }

    private func hostKeys(_ url: RemoteURL, _ settings: RemoteSettings, _ tell: Diagnostics.Tell) {
        guard case .knownHosts(let file) = settings.ssh.hostKeys else {
            return tell(
                Diagnosis(
                    .warning, "host key", "not verified (--ssh-known-hosts=false): anybody may be the server",
                    advice: "Put the server's key into --ssh-known-hosts-file."))
        }
        let keys = settings.ssh.knownKeys(of: url, limit)
        let words = keys.isEmpty ? "as in \(file)" : "\(url.host): \(keys.joined(separator: ", "))"
        tell(Diagnosis(.good, "host key", words))
    }

    private func credentials(_ url: RemoteURL, _ settings: RemoteSettings) -> String {
        if url.scheme == .ssh {
            let keys = settings.ssh.presentKeyFiles
            return keys.isEmpty ? "accepted, from an ssh agent" : "accepted: \(keys.joined(separator: ", "))"
        }
        let given = plan.settings
        if given.githubAppInstallationID != nil { return "accepted: a token of the GitHub App" }
        if given.askpassURL != nil { return "accepted: from --askpass-url" }
        if given.username != nil { return "accepted: the user \(given.username ?? "")" }
        if !plan.credentials.isEmpty || url.user != nil || url.password != nil { return "accepted" }
        return "none are needed"
    }

    private func diagnosis(_ error: TransferError, _ url: RemoteURL) -> Diagnosis {
        let subject =
            switch error.code {
            case .tlsCertificate, .tlsHandshake, .tlsClientCertificate: "certificate"
            default: "network"
            }
        return Diagnosis(
            .problem, subject, "cannot reach \(url): \(error.message)", advice: error.hint.map { sentence($0) })
    }

    private func diagnosis(_ error: RemoteError) -> Diagnosis {
        let subject =
            switch error.kind {
            case .authentication, .forbidden: "credentials"
            case .identity: "host key"
            case .missingReference: "reference"
            case .notFound: "repository"
            default: "remote"
            }
        return Diagnosis(
            .problem, subject, "cannot \(error.operation): \(error.message)", advice: error.hint.map { sentence($0) })
    }
}
