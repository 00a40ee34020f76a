internal import GitStore
internal import Posix
internal import Releases
internal import Remote
internal import Telemetry

/// Has an eye on a fetch: says now and then how far it is, and ends it before it fills the volume.
final class FetchWatch {
    private let space: SpaceGuard
    private let logger: Logger
    private let operation: String
    private var reported = ContinuousClock.now
    private var looked = 0
    /// How many bytes come between two looks at the volume.
    private static let piece = 1 << 20

    init(_ space: SpaceGuard, _ logger: Logger, _ operation: String) {
        self.space = space
        self.logger = logger
        self.operation = operation
    }

    /// Takes note of progress; what it throws is the reason to go no further.
    func look(_ progress: FetchProgress) throws {
        if progress.bytes - looked >= FetchWatch.piece {
            looked = progress.bytes
            do throws(ReleaseError) {
                // Others write to the volume too, and the index of the pack grows beside it.
                try space.check("go on")
            } catch {
                throw RemoteError(.limit, operation, "\(error)")
            }
        }
        // A long fetch is heard from now and then; a short one is not worth a line.
        guard ContinuousClock.now - reported > .seconds(5) else { return }
        reported = .now
        logger.info(
            "fetching",
            [
                "objects": .count(progress.objects), "of": .count(progress.total), "bytes": .count(progress.bytes),
            ])
    }
}

extension SpaceGuard {
    /// The most bytes that a fetch may bring now.
    var mostFetched: Int {
        get throws(ReleaseError) { Int(clamping: try packLimits().maximumBytes) }
    }
}
