package import Posix

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
