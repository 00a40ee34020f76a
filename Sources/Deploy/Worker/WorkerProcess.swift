package import Layout
package import Posix
package import Releases

/// A worker from its start to its end.
package enum WorkerProcess {
    /// Confines this process, then does jobs until the client is gone.
    ///
    /// - Parameters:
    ///   - arguments: what the client told us.
    ///   - prepare: starts what the jobs need, in the confined process.
    ///   - makeJobs: makes what does the jobs, with the most threads that there is memory for.
    /// - Returns: the code to end with.
    package static func run(
        _ arguments: [String], prepare: () throws -> Void, makeJobs: (ReleaseLayout, Int?) throws -> any ReleaseJobs
    ) -> Int32 {
        guard let settings = WorkerSettings(arguments: arguments) else {
            ThisProcess.print("git-sidecar-worker is started by git-sidecar, and by nobody else", toStandardError: true)
            return 2
        }
        do {
            try Sandbox.dieWithParent(settings.parent)
            // The program itself, which has been executed by its number.
            _ = FileDescriptor(taking: SocketChild.childProgram)
            let layout = try ReleaseLayout(root: settings.root, link: settings.link)
            // Before libgit2 starts: it would read and parse every certificate authority of the system, which takes
            // longer than all the rest. Everything else that it needs is loaded already.
            let missing = try confine(settings, layout)
            try prepare()
            let server = WorkerServer(
                try makeJobs(layout, mostThreads(settings)), socket: FileDescriptor(taking: SocketChild.childSocket))
            try server.run(missing: missing)
            return 0
        } catch {
            ThisProcess.print("\(error)", toStandardError: true)
            return 1
        }
    }

    /// Takes all rights away that the settings do not leave; says what could not be done.
    package static func confine(_ settings: WorkerSettings, _ layout: ReleaseLayout) throws -> [String] {
        try Sandbox.limit(memory: Sandbox.isSanitized ? nil : settings.memory)
        guard settings.sandbox != .off else { return [] }
        do throws(SystemError) {
            try Sandbox.offerToMemoryKiller()
        } catch {
            // Without /proc, or where somebody else has decided it.
            guard error.isForbidden || error.isNotFound else { throw error }
        }
        // Its directory is held from now on; outside the root it could not be opened any more.
        if settings.publishesDirectory { _ = try layout.linkPlace.statusIfPresent() }
        let outcome = Sandbox.confine(reading: settings.readable, writing: settings.writable(layout))
        return outcome.missing
    }

    /// Each thread reserves its stack, which counts as memory.
    private static func mostThreads(_ settings: WorkerSettings) -> Int? {
        settings.memory.map { max(1, Int(clamping: $0 / (32 << 20))) }
    }
}

/// The worker's executable, opened once: whatever lies at its path later, this is what is run.
package struct WorkerProgram: ~Copyable, Sendable {
    package static let name = "git-sidecar-worker"
    package let file: FileDescriptor

    /// Opens a program.
    package init(at path: String) throws(SystemError) {
        file = try FileDescriptor.open(path)
    }

    /// Opens the worker that lies beside our own program.
    ///
    /// - Throws: `MissingWorker` when there is none.
    package static func beside() throws -> WorkerProgram {
        let own: String
        do throws(SystemError) {
            own = String(decoding: try Files.readSymbolicLink("/proc/self/exe"), as: UTF8.self)
        } catch  where error.isMissing {
            own = ""
        }
        guard let slash = own.lastIndex(of: "/") else {
            throw MissingWorker(path: WorkerProgram.name, reason: "/proc does not say where our own program is")
        }
        let path = own[..<slash] + "/" + WorkerProgram.name
        do throws(SystemError) {
            return try WorkerProgram(at: path)
        } catch {
            throw MissingWorker(path: path, reason: SystemError.text(of: error.code))
        }
    }
}

/// The second half of the program is not where it belongs.
package struct MissingWorker: Error, CustomStringConvertible {
    let path: String
    let reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    package var description: String {
        "cannot open \(path): \(reason); install \(WorkerProgram.name) beside git-sidecar, from the same build"
    }
}
