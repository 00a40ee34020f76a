internal import CShims
internal import Glibc

/// Takes rights away from this process, for good.
public enum Sandbox {
    /// What the kernel could do of it.
    public struct Outcome: Sendable, Equatable {
        /// What it could not do, for people; empty when all was done.
        public var missing: [String] = []

        /// All was done.
        public init() {}
    }

    /// Refuses files outside these places, sockets, other programs and other processes from now on.
    ///
    /// What is open stays open. All writable places have the same rights, so that files can be linked and renamed from
    /// one into another.
    ///
    /// - Parameters:
    ///   - reading: files and directories below which all may be read; those that do not exist are passed over.
    ///   - writing: directories below which all may be changed, by paths without symbolic links; one whose path has got
    ///     some is passed over.
    /// - Returns: what an older kernel does not have.
    public static func confine(reading: [String], writing: [String]) -> Outcome {
        var outcome = Outcome()
        if shim_no_new_privileges() != 0 { outcome.missing.append("no_new_privs: \(words())") }
        if let reason = restrictFiles(reading: reading, writing: writing) { outcome.missing.append(reason) }
        if shim_refuse_calls() != 0 { outcome.missing.append("seccomp: \(words())") }
        return outcome
    }

    private static func restrictFiles(reading: [String], writing: [String]) -> String? {
        let version = shim_landlock_version()
        if version < 0 { return "Landlock: \(words())" }
        // The first version refuses every link and rename from one directory to another.
        if version < 2 { return "Landlock: the kernel has version \(version), 2 is needed (Linux 5.19)" }
        let number = shim_landlock_create(version)
        if number < 0 { return "Landlock: \(words())" }
        let rules = FileDescriptor(taking: number)
        for path in reading {
            guard let place = unsafe path.withCPath({ unsafe open($0, shim_open_name_flag() | O_CLOEXEC) }), place >= 0
            else {
                continue
            }
            let held = FileDescriptor(taking: place)
            if shim_landlock_allow(rules.number, held.number, version, 0) != 0 {
                return "Landlock: \(path): \(words())"
            }
        }
        for path in writing {
            let held: FileDescriptor
            do throws(SystemError) {
                held = try FileDescriptor.open("/", .name, .directory).openDirectory(beneath: String(path.dropFirst()))
            } catch {
                // What is not there cannot be written to, and what a symbolic link leads to is not ours to allow.
                continue
            }
            if shim_landlock_allow(rules.number, held.number, version, 1) != 0 {
                return "Landlock: \(path): \(words())"
            }
        }
        if shim_landlock_enforce(rules.number) != 0 { return "Landlock: \(words())" }
        return version < 3 ? "Landlock: files can be emptied (version \(version); 3 is needed, Linux 6.2)" : nil
    }

    private static func words() -> String { SystemError.text(of: errno) }

    /// Whether this program was built with a sanitizer, which needs more memory than limits leave it.
    public static var isSanitized: Bool { shim_is_sanitized() != 0 }

    /// Sets limits that only this process has; those that are lower already stay.
    ///
    /// - Parameter memory: how many bytes of memory of its own it may have; nil for any number.
    /// - Throws: what the system refused.
    public static func limit(memory: UInt64?) throws(SystemError) {
        if let memory {
            try systemCall("limit the memory") { shim_lower_limit(CChar(bitPattern: UInt8(ascii: "d")), memory) }
        }
        // Work has a deadline; this is for work that nobody waits for any more.
        try systemCall("limit the time") { shim_lower_limit(CChar(bitPattern: UInt8(ascii: "c")), 3600) }
        try systemCall("limit the size of files") { shim_lower_limit(CChar(bitPattern: UInt8(ascii: "f")), 1 << 40) }
        try systemCall("limit the open files") { shim_lower_limit(CChar(bitPattern: UInt8(ascii: "n")), 1024) }
        try systemCall("forbid a core file") { shim_lower_limit(CChar(bitPattern: UInt8(ascii: "k")), 0) }
    }

    /// Makes the kernel end this process first when memory runs out.
    public static func offerToMemoryKiller() throws(SystemError) {
        let file = try FileDescriptor.open("/proc/self/oom_score_adj", .write)
        try file.writeAll(Array("1000".utf8))
    }

    /// Ends this process when the thread that started it ends; fails where that has happened already.
    public static func dieWithParent(_ parent: Int32) throws(SystemError) {
        try systemCall("be ended with the process that started us") { shim_die_with_parent(parent) }
    }

    /// Keeps others from reading our memory and environment.
    public static func hideMemory() throws(SystemError) {
        try systemCall("keep our memory from others") { shim_not_dumpable() }
    }
}
