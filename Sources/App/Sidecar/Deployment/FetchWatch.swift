internal import GitObjects
internal import Posix
internal import Releases
internal import Remote

/// Has an eye on a fetch: counts how far it is, and ends it before it fills the volume.
final class FetchWatch {
    private let space: SpaceGuard
    private let stageProgress: StageProgress?
    private let operation: String
    private var looked = 0
    /// How many bytes come between two looks at the volume.
    private static let piece = 1 << 20

    init(_ space: SpaceGuard, _ stageProgress: StageProgress?, _ operation: String) {
        self.space = space
        self.stageProgress = stageProgress
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
        stageProgress?.report(progress.objects, of: progress.total, bytes: progress.bytes)
    }
}

extension SpaceGuard {
    /// The most bytes that a fetch may bring now.
    var mostFetched: Int {
        get throws(ReleaseError) { Int(clamping: try packLimits().maximumBytes) }
    }
}

extension RemoteError {
    /// The same failure, with what to do about it where it is that more came than there was room for.
    func explained(byLimit limit: Int?) -> RemoteError {
        guard kind == .limit, hint == nil, let limit, message.contains(" \(limit) bytes") else { return self }
        return RemoteError(
            kind, operation, message, hint: "make room on the volume, or let less of it stay free (--min-free-space)")
    }
}
