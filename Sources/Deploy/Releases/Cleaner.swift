public import Layout
public import Posix
internal import Synchronization

/// Removes what is not needed any more, in the background and after everything else.
///
/// A thread runs only while there is something to remove. What it does not finish waits for the next start.
public final class Cleaner: Sendable {
    private struct State {
        var isRunning = false
        /// Something was put into the trash since the thread last looked.
        var isAsked = false
    }

    private let layout: ReleaseLayout
    private let onFailure: @Sendable (SystemError) -> Void
    private let state = Mutex(State())
    private let cancellation: Cancellation

    /// A cleaner for a root; `onFailure` hears, on the cleaner's thread, of what could not be removed.
    public init(
        _ layout: ReleaseLayout, onFailure: @escaping @Sendable (SystemError) -> Void = { _ in }
    ) throws(ReleaseError) {
        self.layout = layout
        self.onFailure = onFailure
        cancellation = try system { () throws(SystemError) in try Cancellation() }
    }

    /// Begins to remove what lies in the trash; returns at once.
    public func start() {
        state.withLock { state in
            state.isAsked = true
            if state.isRunning { return }
            do throws(SystemError) {
                _ = try NativeThread("cleaner", detached: true) { [self] in run() }
                state.isRunning = true
            } catch {
                onFailure(error)
            }
        }
    }

    /// Moves something to the trash, in an instant, and begins to remove it; nothing there is no failure.
    public func discard(_ place: Place) throws(ReleaseError) {
        if try system({ () throws(SystemError) in try layout.discard(place) }) { start() }
    }

    /// The same for what lies at a path below the root, or at the link.
    public func discard(_ path: String) throws(ReleaseError) {
        try discard(try system { () throws(SystemError) in try layout.requiredPlace(at: path) })
    }

    /// Waits until nothing is left, or nothing that can be removed; for a process that is about to end.
    public func finish(_ deadline: Deadline) throws(ReleaseError) {
        while state.withLock({ $0.isRunning }) {
            try system { () throws(SystemError) in try deadline.pause(.milliseconds(2)) }
        }
    }

    /// Stops as soon as possible; what is left goes at the next start.
    public func stop(_ deadline: Deadline) throws(ReleaseError) {
        cancellation.cancel()
        try finish(deadline)
    }

    private func run() {
        NativeThread.yieldToOthers()
        repeat { empty() } while goesOn()
    }

    private func goesOn() -> Bool {
        state.withLock { state in
            state.isRunning = state.isAsked && !cancellation.isCancelled
            return state.isRunning
        }
    }

    private func empty() {
        state.withLock { $0.isAsked = false }
        do throws(SystemError) {
            guard try layout.trash.statusIfPresent() != nil else { return }
            let directory = try layout.trash.makeDirectories()
            // As long as it takes: only being called off ends it early.
            let deadline = Deadline.after(.seconds(1 << 30), cancellation: cancellation)
            for entry in try directory.entries() {
                if cancellation.isCancelled { return }
                do throws(SystemError) {
                    try directory.removeTree(entry: entry.name, deadline)
                } catch {
                    // What somebody else removed meanwhile is gone, as it should be.
                    if !error.isCancelled, !error.isNotFound { onFailure(error) }
                }
            }
        } catch {
            onFailure(error)
        }
    }
}

// To put something into the trash is a single rename, however big it is.
extension ReleaseLayout {
    /// Moves whatever is at a place to the trash; nothing there is no failure.
    ///
    /// - Returns: whether there was anything.
    @discardableResult
    package func discard(_ place: Place) throws(SystemError) -> Bool {
        do throws(SystemError) {
            try place.rename(toNew: trash.unused())
            return true
        } catch  where error.isMissing || error.isWrongKind {
            // Either of the two directories may be missing, or the trash may be something else.
            guard try place.statusIfPresent() != nil else { return false }
            try trash.makeDirectories()
            try place.rename(toNew: trash.unused())
            return true
        }
    }

    /// Moves the entries of a directory to the trash that are to go; returns how many that were.
    package func discardEntries(
        of place: Place, where isWanted: (DirectoryEntry) -> Bool
    ) throws(SystemError) -> Int {
        let entries = try place.entriesIfPresent().filter(isWanted)
        if entries.isEmpty { return 0 }
        let source = try place.openDirectory()
        let target = try trash.makeDirectories()
        var count = 0
        for entry in entries {
            do throws(SystemError) {
                try source.rename(entry: entry.name, to: target, asNew: TemporaryName.make())
                count += 1
            } catch  where error.isNotFound {
                // Somebody else has removed it.
            }
        }
        return count
    }

    /// Moves everything from the staging directory to the trash, save the trash; returns how much that was.
    package func sweepStaging() throws(SystemError) -> Int {
        let trash = Array(trash.name.utf8)
        return try discardEntries(of: stagingPlace) { $0.name != trash }
    }
}
