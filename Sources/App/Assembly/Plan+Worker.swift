internal import Crypto
internal import Figures
internal import GitFiles
package import Layout
package import Options
internal import Posix
package import Releases
package import Remote
package import Telemetry
package import Worker

extension WorkerClient {
    /// The worker that a plan wants, from the program beside our own.
    package convenience init(
        _ plan: Plan, _ layout: ReleaseLayout, _ program: consuming WorkerProgram, from url: RemoteURL,
        _ cleaner: Cleaner, _ logger: Logger
    ) {
        self.init(program, WorkerSettings(plan, layout, from: url), layout, cleaner: cleaner) { missing in
            logger.warning(
                "the worker process is not wholly confined", ["missing": .list(missing.map { .text($0) })])
        }
    }
}

extension WorkerSettings {
    /// What a plan has the worker told.
    package init(_ plan: Plan, _ layout: ReleaseLayout, from url: RemoteURL) {
        let sandbox: SandboxMode =
            switch plan.settings.sandbox {
            case .auto: .auto
            case .require: .require
            case .off: .off
            }
        self.init(
            root: layout.root, link: layout.link, publishesDirectory: plan.publishMode == .directory,
            sandbox: sandbox, memory: plan.settings.workerMemory?.bytes ?? WorkerSettings.defaultMemory)
        if url.scheme == .file {
            // What is wrong with it is said when it is asked for references.
            sources = [url.path] + ((try? LocalRepository.open(url.path).directories) ?? [])
        }
    }

    private static var defaultMemory: UInt64 {
        let most: UInt64 = 512 << 20
        guard let limit = MemoryLimit.ofControlGroups else { return most }
        // The rest is ours.
        return max(32 << 20, min(most, limit > 24 << 20 ? limit - (24 << 20) : 0))
    }
}

extension Plan {
    /// What stands for all that may decide whether a release can be deployed: where it is another one, a commit that was put
    /// off is tried again.
    ///
    /// Besides the parameters, these are the programs that they name, which a new image may have brought. Passwords in URLs
    /// are left out.
    package var fingerprint: String {
        var lines: [String] = []
        for row in OptionTable.all where row.topic == .releases || row.topic == .application {
            lines.append("\(row.name)=\(redacted(row.text(in: settings)))")
        }
        for program in programs {
            let file = Command(program, environment: .withoutSecrets).executableFile
            lines.append("\(program) is \(file ?? "not there")")
        }
        return String(Hexadecimal.text(SHA256.hash(Array(lines.joined(separator: "\n").utf8))).prefix(32))
    }

    /// The programs that parameters name, as they are written there.
    package var programs: [String] {
        let commands = [
            settings.prepareCommand, settings.validateCommand, settings.trialCommand, settings.healthCommand,
        ]
        let actions = settings.onChange.compactMap { rule in
            if case .run(let path) = rule.action { path.text } else { nil }
        }
        return commands.compactMap { $0?.program } + actions
    }
}
