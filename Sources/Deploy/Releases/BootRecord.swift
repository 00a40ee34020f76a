internal import Layout
internal import Posix

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
