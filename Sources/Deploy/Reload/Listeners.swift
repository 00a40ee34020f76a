internal import Glibc
internal import Posix

/// Who listens on a TCP port of our network namespace, over IPv4 or IPv6.
///
/// Linux tells only through the descriptors of each process, and those only to the process's own user.
struct Listeners {
    let port: UInt16
    let table: ProcessTable
    let target: Target

    func processes() throws(ReloadError) -> [ProcessEntry] {
        var sockets: Set<[UInt8]> = []
        var users: Set<String> = []
        for path in ["/proc/net/tcp", "/proc/net/tcp6"] {
            for (user, inode) in try listening(path) {
                users.insert(user)
                sockets.insert(Array("socket:[\(inode)]".utf8))
            }
        }
        if sockets.isEmpty {
            throw ReloadError(code: .noTarget, operation: "find \(target)", message: "nobody listens on port \(port)")
        }
        var holders: [ProcessEntry] = []
        var isHidden = false
        for entry in table.processes.values where !entry.isKernelThread {
            guard let files = try openFiles(entry.processID) else {
                isHidden = true
                continue
            }
            if !sockets.isDisjoint(with: files) { holders.append(entry) }
        }
        if !holders.isEmpty { return holders }
        let operation = "find \(target)"
        // Processes of our own user hide what they have open for a moment only, while they end.
        if isHidden, users != ["\(CurrentProcess.effectiveUserID)"] {
            throw ReloadError(
                code: .permission, operation: operation,
                message: "uid \(users.sorted().joined(separator: " and ")) listens there, but we are uid "
                    + "\(CurrentProcess.effectiveUserID) and may not see with which process",
                hint: "run the sidecar with that uid, or use name:")
        }
        // It may have come after the table of processes was read: whoever waits for it looks again.
        throw ReloadError(
            code: .noTarget, operation: operation, message: "none of the processes that we see listens there",
            hint: "share the process namespace with the application")
    }

    /// What a process has open; nil when it is hidden from us.
    private func openFiles(_ processID: Int32) throws(ReloadError) -> [[UInt8]]? {
        do {
            return try ProcessDirectory.open(processID)?.openFiles() ?? []
        } catch {
            if error.code == EACCES || error.code == EPERM { return nil }
            throw ReloadError(error)
        }
    }

    /// The user and the inode of each socket that listens on the port.
    private func listening(_ path: String) throws(ReloadError) -> [(user: String, inode: String)] {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, limit: 256 * 1024 * 1024)
        } catch {
            // No IPv6 in this kernel.
            if error.isNotFound { return [] }
            throw ReloadError(error)
        }
        let digits = String(port, radix: 16, uppercase: true)
        let suffix = Array(":".utf8) + Array(repeating: UInt8(ascii: "0"), count: 4 - digits.utf8.count) + digits.utf8
        var found: [(String, String)] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")).dropFirst() {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 10)
            // Local address, remote address, state (0A: listening), queues, timers, user, timeouts, inode.
            guard fields.count > 9, fields[3].elementsEqual("0A".utf8), fields[1].suffix(5).elementsEqual(suffix) else {
                continue
            }
            found.append((String(decoding: fields[7], as: UTF8.self), String(decoding: fields[9], as: UTF8.self)))
        }
        return found
    }
}
