internal import Deployment
internal import GitObjects
internal import Layout
internal import Options
internal import Posix
internal import Releases
internal import Telemetry

/// What is run and touched beside a deployment, which it neither delays nor stops.
final class SyncHooks: Hooks {
    private let before: HookRunner?
    private let after: [HookRunner]
    private let touchFile: String?
    private let layout: ReleaseLayout
    private let isOneTime: Bool
    private let directory: (ObjectID) -> String
    private let logger: Logger
    // Whether the hook before publishing failed, where that counts.
    private var hasFailed = false

    init(
        before: HookRunner?, after: [HookRunner], _ plan: Plan, _ layout: ReleaseLayout, logger: Logger,
        directory: @escaping (ObjectID) -> String
    ) {
        self.before = before
        self.after = after
        self.layout = layout
        touchFile = plan.settings.touchFile?.text
        isOneTime = plan.settings.oneTime
        self.directory = directory
        self.logger = logger
    }

    var all: [HookRunner] { after + [before].compactMap { $0 } }

    private func event(_ commit: ObjectID) -> HookEvent { HookEvent(commit: commit, directory: directory(commit)) }

    /// With `--one-time` there is no later for it to run in.
    func beforePublishing(_ commit: ObjectID) {
        guard let before else { return }
        guard isOneTime else { return before.send(event(commit)) }
        do throws(HookError) { try before.runOnce(event(commit)) } catch { hasFailed = true }
    }

    func synced(_ commit: ObjectID) {
        if let touchFile {
            do throws(ReleaseError) {
                try TouchFile.touch(touchFile, in: layout)
            } catch {
                logger.error("cannot touch the file", error: error)
            }
        }
        if !isOneTime { for hook in after { hook.send(event(commit)) } }
    }

    /// Runs each hook once, here and now; whether all of them, and the one before publishing, succeeded.
    func runOnce(_ commit: ObjectID) -> Bool {
        var succeeded = !hasFailed
        for hook in after {
            do throws(HookError) { try hook.runOnce(event(commit)) } catch { succeeded = false }
        }
        return succeeded
    }
}
