internal import GitObjects
package import Posix

/// What a volume can do, and what it makes of new files.
package struct VolumeTraits: Sendable {
    /// The permissions that new files get.
    package let permissions: Permissions
    /// Whether files can share blocks, copy on write.
    package let canClone: Bool
    /// Whether a file that is written right after it was looked at gets another time by that.
    ///
    /// Older kernels stamp files by a clock that ticks a few hundred times a second.
    package let hasPreciseTimes: Bool

    /// Finds out in a directory of the volume.
    package init(probing directory: Int32) throws(SystemError) {
        let first = Array("probe-1".utf8) + [0]
        let second = Array("probe-2".utf8) + [0]
        let plain = try TreeFile.create(in: directory, first.span, executable: false)
        // Only what is open for reading can be cloned.
        let source = try TreeFile.open(in: directory, first.span)
        try TreeFile.remove(in: directory, first.span)
        let runnable = try TreeFile.create(in: directory, second.span, executable: true)
        try TreeFile.remove(in: directory, second.span)
        permissions = Permissions(
            file: try plain.status().permissions, executable: try runnable.status().permissions)
        // An empty file can be cloned even where others cannot.
        let times: Bool?
        do throws(SystemError) {
            try plain.writeAll([0])
            times = try Self.timesDiffer(plain)
        } catch {
            // On a full volume nothing will be shared or stamped before there is room; what is live must be served.
            guard error.isDiskFull else { throw error }
            times = nil
        }
        canClone = times != nil && Self.clones(source, into: runnable)
        hasPreciseTimes = times ?? false
    }

    private static func timesDiffer(_ file: borrowing FileDescriptor) throws(SystemError) -> Bool {
        // Once could be by chance, when the clock ticks in between.
        for _ in 0..<4 {
            let before = try file.status().modificationTime
            try file.writeAll([0])
            if try file.status().modificationTime == before { return false }
        }
        return true
    }

    private static func clones(_ source: borrowing FileDescriptor, into target: borrowing FileDescriptor) -> Bool {
        do throws(SystemError) {
            try TreeFile.clone(source, into: target)
            return true
        } catch {
            // Every reason not to means the same: files are shared in another way.
            return false
        }
    }
}

/// The permissions that the volume gives to new files, as the umask, its access lists and its kind leave them.
///
/// They are found out by making two files. Whatever decides them is thus taken into account, and a file whose
/// permissions someone changed is recognised: its time and size are what they were.
package struct Permissions: Sendable, Equatable {
    /// Those of a file.
    package let file: UInt32
    /// Those of a file that may be executed.
    package let executable: UInt32

    /// Whether a file's kind and permissions are those of a new file with this mode in git.
    package func agree(_ status: FileStatus, with mode: UInt32) -> Bool {
        switch mode {
        case FileMode.file.octal: status.kind == .file && status.permissions == file
        case FileMode.executable.octal: status.kind == .file && status.permissions == executable
        case FileMode.symlink.octal: status.kind == .symbolicLink
        case FileMode.submodule.octal: status.kind == .directory
        default: false
        }
    }
}
