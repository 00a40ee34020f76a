internal import CProbe
internal import Glibc
internal import Layout
internal import Posix
internal import Releases
internal import Worker

/// Confines itself as a worker does, then tries what a worker must not do, and what it must be able to do.
///
///     SandboxProbe SETTINGS… -- DIRECTORY
///
/// It prints a line for each try: its name, and `refused`, `worked` or what else came of it. DIRECTORY is one that is not
/// among what may be read.
@main
struct SandboxProbe {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let end = arguments.firstIndex(of: "--"), arguments.count == end + 2,
            let settings = WorkerSettings(arguments: Array(arguments[..<end]))
        else {
            print("usage: SandboxProbe SETTINGS... -- DIRECTORY")
            exit(2)
        }
        let layout = try ReleaseLayout(root: settings.root, link: settings.link)
        let outside = arguments[end + 1]
        let parent = settings.parent
        let missing = try WorkerProcess.confine(settings, layout)
        for line in missing { print("missing", line) }
        attack(layout, outside, parent)
        try work(layout)
    }

    /// What came of a call that must fail for want of rights.
    private static func tell(_ name: String, _ result: Int) {
        let code = errno
        if result >= 0 {
            print(name, "worked")
        } else {
            let isRefused = code == EPERM || code == EACCES || code == EXDEV
            print(name, isRefused ? "refused" : "failed: \(SystemError.text(of: code))")
        }
    }

    private static func tell(_ name: String, _ body: () throws(SystemError) -> Void) {
        do throws(SystemError) {
            try body()
            print(name, "worked")
        } catch {
            errno = error.code
            tell(name, -1)
        }
    }

    private static func attack(_ layout: ReleaseLayout, _ outside: String, _ parent: Int32) {
        tell("tcp", Int(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)))
        tell("udp", Int(socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)))
        tell("unix", Int(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)))
        tell("fork", probe_fork())
        tell("exec", probe_execute())
        tell("io_uring", probe_io_uring())
        tell("shadow") { () throws(SystemError) in _ = try Files.read("/etc/shadow", limit: 1 << 20) }
        tell("environment") { () throws(SystemError) in _ = try Files.read("/proc/\(parent)/environ", limit: 1 << 20) }
        tell("memory") { () throws(SystemError) in _ = try FileDescriptor.open("/proc/\(parent)/mem", .readWrite) }
        tell("ptrace", probe_ptrace(parent))
        tell("limits of others", probe_limit(parent))
        tell("signal", Int(kill(parent, 0)))
        tell("read outside") { () throws(SystemError) in _ = try Files.read(outside + "/secret", limit: 1 << 10) }
        tell("write outside") { () throws(SystemError) in
            _ = try FileDescriptor.open(outside + "/planted", .write, .create)
        }
        for name in ["state.json", "journal.jsonl", "lock", "boot"] {
            tell("write \(name)") { () throws(SystemError) in
                _ = try FileDescriptor.open(layout.state + "/" + name, .write)
            }
            tell("remove \(name)") { () throws(SystemError) in try Files.remove(layout.state + "/" + name) }
            tell("replace \(name)") { () throws(SystemError) in
                let forged = layout.staging + "/forged"
                _ = try FileDescriptor.open(forged, .write, .create)
                try Files.rename(forged, to: layout.state + "/" + name)
            }
        }
        tell("turn the link") { () throws(SystemError) in
            try AtomicSymlink.replace(target: outside, at: layout.link)
        }
        tell("take the link away") { () throws(SystemError) in
            try Files.rename(layout.link, to: layout.staging + "/link")
        }
        tell("move the state") { () throws(SystemError) in
            try Files.rename(layout.state, to: layout.releases + "/state")
        }
        tell("write through a planted link") { () throws(SystemError) in
            _ = try FileDescriptor.open(layout.staging + "/planted/file", .write, .create)
        }
        tell("modes") { () throws(SystemError) in
            try FileDescriptor.open(layout.state + "/state.json").setPermissions(0o777)
        }
    }

    /// What a deployment does beside reading and writing.
    private static func work(_ layout: ReleaseLayout) throws {
        let (from, to) = (layout.stagingPlace.appending("made"), layout.releasesPlace.appending("made"))
        try from.makeDirectory()
        try from.appending("file").create([1, 2, 3])
        try from.appending("file").replace([1, 2, 3, 4], mode: nil)
        try from.rename(toNew: to)
        try from.makeDirectory()
        let made = try to.openDirectory()
        try made.link(entry: "file", to: try from.openDirectory(), as: "shared")
        try made.link(entry: "file", to: try layout.store.openDirectory(), as: "shared")
        try from.exchange(with: to)
        try layout.releasesPlace.openDirectory().synchronizeVolume()
        print("files worked")
        try Parallel.forEach(count: 8, threads: 4) { (_) throws(SystemError) in
            _ = try Files.status(layout.root)
        }
        print("threads worked")
        let encoded = try TextEncoding.convert(Array("ü".utf8).span, from: "UTF-8", to: "SHIFT_JISX0213")
        print("encoding", encoded.isEmpty ? "gave nothing" : "worked")
    }
}
