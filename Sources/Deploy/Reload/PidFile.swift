internal import Posix

/// A file that holds the number of a process, and may have outlived it.
struct PidFile {
    let path: String
    let table: ProcessTable
    let target: Target

    /// How much later than the file a process may have been started; clocks are set by small steps at times.
    static let slack = Duration.seconds(5)

    func process() throws(ReloadError) -> ProcessEntry {
        let number = try number()
        guard let entry = table.processes[number], !entry.isZombie else {
            throw stale("process \(number), which the file names, does not run")
        }
        // A server writes the file after it has started. What was started later has the number of a server that ended.
        let written = try system(nil) { () throws(SystemError) in
            try Files.status(path, followingLinks: true).modificationTime
        }
        let now = Timestamp.now()
        // Bounded: durations have 128 bits. The file's time may be any, and too long ago for 64 bits of nanoseconds.
        let age = .seconds(now.seconds) + .nanoseconds(Int64(clamping: now.nanoseconds)) - Duration.nanoseconds(written)
        if CurrentProcess.timeSinceBoot - entry.startTime + PidFile.slack < age {
            throw stale(
                "\(entry.shown) was started after the file was written: it only has the number of an earlier one")
        }
        return entry
    }

    private func number() throws(ReloadError) -> Int32 {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, limit: 4096)
        } catch {
            throw ReloadError(
                code: error.isNotFound ? .noTarget : .system, operation: "find \(target)", message: "\(error)")
        }
        let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first
        guard let text, let number = Int32(text), number > 0 else {
            // A server that is just writing it has emptied it first.
            throw stale("the file holds no process number")
        }
        return number
    }

    private func stale(_ message: String) -> ReloadError {
        ReloadError(code: .stalePidFile, operation: "find \(target)", message: message)
    }
}
