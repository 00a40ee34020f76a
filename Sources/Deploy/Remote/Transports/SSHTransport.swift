internal import Figures
internal import GitFiles
internal import GitProtocol
internal import Posix

/// Speaks git's protocol with `git-upload-pack` at the other end of the ssh program.
///
/// One connection serves an attempt: what the name stands for is asked, and when it is new, fetched over the same.
final class SSHTransport: Transport {
    private let url: RemoteURL
    private let settings: RemoteSettings
    private var session: Session?

    private struct Session {
        let conversation: ChildConversation
        let offer: Advertisement
    }

    init(_ url: RemoteURL, _ settings: RemoteSettings) {
        self.url = url
        self.settings = settings
    }

    func resolve(_ query: RefQuery, _ deadline: Deadline) throws -> ResolvedReference {
        close()
        if query.objectID != nil { return try query.resolve(in: ReferenceListing()) }
        let session = try open(query.filter, deadline)
        guard session.offer.version == .two else { return try session.offer.resolve(query) }
        let request = try LsRefsRequest(prefixes: query.prefixes).encoded(for: session.offer, agent: settings.agent)
        session.conversation.send(request.span)
        var parser = LsRefsParser(filter: query.filter)
        try receive(session.conversation, deadline, until: { parser.isComplete }) { bytes in try parser.read(bytes) }
        return try query.resolve(in: parser.finish())
    }

    func fetch(
        _ want: PackRequest, into store: any PackDestination, _ deadline: Deadline,
        _ report: (FetchProgress) throws -> Void
    ) throws -> PackSummary {
        let filter = ReferenceFilter(names: [], ids: Set(want.objects))
        let session = try self.session ?? open(filter, deadline)
        let request = want.request(for: session.offer, keepsToTips: true, settings.logger)
        let message = try request.encoded(for: session.offer, agent: settings.agent)
        // All at once: the conversation reads while it writes, so neither side can wait for the other.
        session.conversation.send(message.body.span)
        let format = request.answerFormat(from: session.offer)
        var intake = try PackIntake(format, store, want.limits, deadline)
        do {
            try receive(session.conversation, deadline, until: { intake.isComplete }) { bytes in
                try intake.read(bytes, report)
            }
        } catch let error as RemoteError {
            throw error.explained(by: request, to: session.offer)
        }
        if session.offer.version != .two { self.session = nil }
        return try intake.finish()
    }

    func close() {
        guard let session else { return }
        self.session = nil
        // A polite end, so that the server does not log a broken connection; it is not worth waiting long for.
        var goodbye = PacketLine()
        goodbye.appendFlush()
        session.conversation.send(goodbye.bytes.span)
        // Whatever is wrong with a connection that is no longer needed is of no interest.
        _ = try? session.conversation.finish(.after(.seconds(2)))
        session.conversation.close()
    }

    private func open(_ filter: ReferenceFilter, _ deadline: Deadline) throws -> Session {
        let command = try settings.ssh.uploadCommand(for: url, connectTimeout: settings.connectTimeout)
        let conversation = try ChildConversation(command)
        var parser = AdvertisementParser(transport: .stream, filter: filter)
        do {
            try receive(conversation, deadline, until: { parser.isComplete }) { bytes in try parser.read(bytes) }
            let session = Session(conversation: conversation, offer: try parser.finish())
            self.session = session
            return session
        } catch let error as ProtocolError where error.code == .malformed {
            throw RemoteError(
                .malformed, operation, error.message,
                hint: "a login script or a forced command on the server may write something before git does")
        }
    }

    private var operation: String { "reach \(url)" }

    /// Reads until the answer is whole, or ended without a word of ssh about it.
    ///
    /// Whatever ends it early ends the connection too; ssh's own words say why, where it has some.
    private func receive(
        _ conversation: ChildConversation, _ deadline: Deadline, until isWhole: () -> Bool,
        _ take: (Span<UInt8>) throws -> Void
    ) throws {
        do {
            while !isWhole() {
                guard try isMore(conversation, deadline) else {
                    if let reason = failure(conversation, deadline) { throw reason }
                    session = nil
                    return conversation.close()
                }
                try conversation.withChunk { bytes in try take(bytes) }
            }
        } catch {
            session = nil
            conversation.close()
            throw error
        }
    }

    /// Waits for the next bytes; a wait that is too long ends with what ssh was at.
    private func isMore(_ conversation: ChildConversation, _ deadline: Deadline) throws -> Bool {
        do {
            return try conversation.receive(deadline, idle: settings.idleTimeout)
        } catch {
            guard error.isTimeout else { throw error }
            let state = SSHReport(conversation.errorOutput.text).state
            let time =
                deadline.remaining == .zero
                ? "it was not done when its time was up" : "there was silence for \(durationText(settings.idleTimeout))"
            throw RemoteError(.timeout, operation, time + (state.map { ": \($0)" } ?? ""))
        }
    }

    /// Why ssh ended, in its own words; nil when it gave none.
    private func failure(_ conversation: ChildConversation, _ deadline: Deadline) -> RemoteError? {
        // Its last words are read; that it may not want to end after them changes nothing.
        _ = try? conversation.finish(deadline.capped(at: .seconds(2)))
        let report = SSHReport(conversation.errorOutput.text)
        if report.isAboutHostKey {
            return report.hostKeyError(
                operation, url, settings: settings.ssh, knownKeys: settings.ssh.knownKeys(of: url, deadline))
        }
        return report.message.isEmpty ? nil : report.error(operation, url, settings: settings.ssh)
    }
}
