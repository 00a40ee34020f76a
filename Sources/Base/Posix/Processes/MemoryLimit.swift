/// How much memory this process and those beside it may have together.
public enum MemoryLimit {
    /// The smallest limit of the control groups that we are in; nil where there is none, or none that we can see.
    public static var ofControlGroups: UInt64? {
        // What cannot be read limits nothing that we could know of.
        guard let content = try? Files.read("/proc/self/cgroup", limit: 64 << 10) else { return nil }
        var limits: [UInt64] = []
        for line in String(decoding: content, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            if parts[1].isEmpty {
                limits += self.limits(in: "/sys/fs/cgroup", below: String(parts[2]), file: "memory.max")
            } else if parts[1].split(separator: ",").contains("memory") {
                let file = "memory.limit_in_bytes"
                limits += self.limits(in: "/sys/fs/cgroup/memory", below: String(parts[2]), file: file)
            }
        }
        return limits.min()
    }

    /// The limits of a group and of all above it; in a container they often lie at the top, whatever the group's name.
    private static func limits(in mount: String, below group: String, file: String) -> [UInt64] {
        var limits: [UInt64] = []
        var path = group
        while true {
            if let content = try? Files.read("\(mount)\(path)/\(file)", limit: 64),
                let limit = UInt64(String(decoding: content.prefix { (0x30...0x39).contains($0) }, as: UTF8.self)),
                // Without a limit version 1 says the most that it can count.
                limit < 1 << 62
            {
                limits.append(limit)
            }
            guard let slash = path.lastIndex(of: "/") else { return limits }
            path = String(path[..<slash])
        }
    }
}
