internal import Glibc
internal import Posix
internal import Telemetry

/// Gives our user an entry in the list of users when it has none; without one ssh does not work.
///
/// That it cannot be done is no reason to stop: only ssh needs it, and says so.
func addUser(
    to path: String = "/etc/passwd", user: UInt32 = geteuid(), group: UInt32 = getegid(), home: String?,
    _ logger: Logger
) {
    do {
        if let entry = UserEntry(for: user, group: group, home: home, among: try Files.read(path, limit: 16 << 20)) {
            // In one piece at the end, so that a reader sees all of it or nothing.
            try FileDescriptor.open(path, .write, .append).writeAll(Array(entry.line.utf8))
            logger.info("added our user", ["file": "\(path)", "user": "\(entry.name)", "uid": .count(Int(user))])
        }
    } catch {
        logger.warning(
            "cannot add our user; ssh will not work without it", ["file": "\(path)", "uid": .count(Int(user))],
            error: error)
    }
}

/// A line of the list of users that is still missing there.
struct UserEntry {
    let name: String
    let line: String

    /// The entry for a user; nil when there is one.
    init?(for user: UInt32, group: UInt32, home: String?, among list: [UInt8]) {
        let lines = list.split(separator: UInt8(ascii: "\n")).map {
            $0.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        }
        if lines.contains(where: { $0.count > 2 && $0[2].elementsEqual(String(user).utf8) }) { return nil }
        let isTaken = lines.contains { $0.first?.elementsEqual("git-sidecar".utf8) == true }
        name = isTaken ? "git-sidecar-\(user)" : "git-sidecar"
        // What would break the line is no directory that anybody meant.
        let isUsable = home.map { $0.hasPrefix("/") && !$0.utf8.contains { $0 == UInt8(ascii: ":") || $0 < 0x20 } }
        let directory = isUsable == true ? home ?? "/" : "/"
        let start = list.isEmpty || list.last == UInt8(ascii: "\n") ? "" : "\n"
        line = "\(start)\(name):x:\(user):\(group):git-sidecar:\(directory):/sbin/nologin\n"
    }
}
