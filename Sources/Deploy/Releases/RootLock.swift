public import Layout
internal import Posix

/// Makes sure that one sidecar alone works on a root; it ends with the process, however that ends.
public struct RootLock: ~Copyable, Sendable {
    private let lock: FileLock

    /// Takes the lock, and makes the directory that it lies in.
    ///
    /// - Throws: `refused`, naming who holds it, when another process does; a failure that says what is in the way when
    ///   the root cannot be written to.
    public init(_ layout: ReleaseLayout) throws(ReleaseError) {
        do throws(SystemError) {
            _ = try layout.statePlace.makeDirectories()
            lock = try layout.lockFile.lock()
        } catch  where error.isLockTaken {
            throw .refused(
                operation: "use the root \(layout.root)",
                reason: "\(Self.holder(layout)) does so already; stop it, or give this one another --root")
        } catch  where error.isForbidden {
            throw .refused(operation: error.operation, reason: Self.advice(error, layout))
        } catch {
            throw .system(error)
        }
    }

    private static func holder(_ layout: ReleaseLayout) -> String {
        // Who holds it is only for people; that somebody does is known without.
        let content = (try? layout.lockFile.readIfRegular(limit: 64)) ?? []
        let number = String(decoding: content.prefix { (0x30...0x39).contains($0) }, as: UTF8.self)
        return number.isEmpty
            ? "another sidecar" : "another sidecar, process \(number) where it runs,"
    }

    private static func advice(_ error: SystemError, _ layout: ReleaseLayout) -> String {
        let words = error.words
        let place = [layout.state, layout.root].lazy.compactMap { path in
            // The failure to report is the first one.
            (try? Files.statusIfPresent(path, followingLinks: true)).flatMap { $0 }.map { (path, $0) }
        }.first
        guard let (path, status) = place else { return words }
        return "\(words); this process runs as user \(ProcessIdentity.user), \(path) belongs to user \(status.userID) "
            + "with mode \(String(status.permissions, radix: 8))"
    }
}

/// Remembers in which run of the machine the live release was last known to be whole.
///
/// A machine that loses power may lose what was written shortly before, and keep sizes and times: after that only the
/// bytes tell. As long as the machine runs on, they are as they were written.
struct BootRecord {
    let layout: ReleaseLayout

    /// Whether the machine started anew since the record was written, or there is none.
    func isOutdated() throws(SystemError) -> Bool {
        try layout.bootRecord.readIfRegular(limit: 256) != Self.current()
    }

    /// Notes that what is live was found to be whole.
    func write() throws(SystemError) {
        let current = try Self.current()
        if try layout.bootRecord.readIfRegular(limit: 256) != current {
            try layout.bootRecord.replace(current, synchronized: true)
        }
    }

    private static func current() throws(SystemError) -> [UInt8] {
        try Files.readIfPresent("/proc/sys/kernel/random/boot_id", limit: 256) ?? []
    }
}
