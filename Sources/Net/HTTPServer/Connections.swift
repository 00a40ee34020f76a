internal import Glibc
internal import Posix

/// All connections of a server: who is there, what each is doing, and until when it may.
///
/// libmicrohttpd's own limits would let idle clients keep everybody else out, probes included, and its timeout starts
/// anew with every byte. Here a full house makes the longest idle connection leave, and every phase has an end. To end a
/// connection its socket is shut down, which its thread then notices.
final class Connections: Sendable {
    /// The later ones are spared less gladly.
    enum Phase: Int {
        /// Nothing was asked yet, or all that was asked is answered.
        case idle
        /// A request is being sent.
        case receiving
        /// An answer is being taken.
        case answering
        /// Events are being sent: it ends when somebody ends it.
        case streaming
    }

    private struct Entry {
        let socket: Int32
        let peer: Request.Peer
        var phase: Phase
        var since: ContinuousClock.Instant
        /// Whether it was told to leave: it counts no longer, though its thread may take a moment to notice.
        var isDismissed = false
    }

    private struct State {
        var entries: [UInt: Entry] = [:]
        var lastID: UInt = 0
    }

    private let limits: ServerLimits
    private let state = Locked(State())

    init(_ limits: ServerLimits) {
        self.limits = limits
    }

    var count: Int { state.withLock { $0.entries.count } }

    /// Notes a new connection and returns its number, which is never 0, and whether there was none before.
    func opened(socket: Int32, peer: Request.Peer) -> (id: UInt, isFirst: Bool) {
        state.withLock { state in
            let isFirst = state.entries.isEmpty
            makeRoom(for: peer, in: &state)
            state.lastID += 1
            state.entries[state.lastID] = Entry(socket: socket, peer: peer, phase: .idle, since: .now)
            return (state.lastID, isFirst)
        }
    }

    /// Forgets a connection, whose socket is still open during this call.
    func closed(_ id: UInt) {
        state.withLock { state in state.entries[id] = nil }
    }

    func peer(of id: UInt) -> Request.Peer? {
        state.withLock { $0.entries[id]?.peer }
    }

    func enter(_ phase: Phase, _ id: UInt) {
        state.withLock { state in
            state.entries[id]?.phase = phase
            state.entries[id]?.since = .now
        }
    }

    /// Ends the connections that have taken too long for what they are doing.
    func sweep(_ now: ContinuousClock.Instant) {
        state.withLock { state in
            for entry in state.entries.values {
                let limit: Duration? =
                    switch entry.phase {
                    case .idle: limits.idleTimeout
                    case .receiving: limits.requestTimeout
                    case .answering: limits.answerTimeout
                    case .streaming: nil
                    }
                if let limit, entry.since.duration(to: now) > limit { shut(entry) }
            }
        }
    }

    private func makeRoom(for peer: Request.Peer, in state: inout State) {
        let present = state.entries.filter { !$0.value.isDismissed }
        let ofPeer = present.filter { $0.value.peer == peer }
        if ofPeer.count >= limits.connectionsPerPeer {
            dismiss(oneOf: ofPeer, in: &state)
        } else if present.count >= limits.connections {
            dismiss(oneOf: present, in: &state)
        }
    }

    /// Ends the connection that can best be spared: idle before busy, then the one that has been so for longest.
    private func dismiss(oneOf candidates: [UInt: Entry], in state: inout State) {
        let spared = candidates.min { one, other in
            (one.value.phase.rawValue, one.value.since) < (other.value.phase.rawValue, other.value.since)
        }
        guard let spared else { return }
        state.entries[spared.key]?.isDismissed = true
        shut(spared.value)
    }

    private func shut(_ entry: Entry) {
        shutdown(entry.socket, Int32(SHUT_RDWR))
    }
}
