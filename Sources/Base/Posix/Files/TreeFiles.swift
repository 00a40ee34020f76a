internal import CShims
internal import Glibc

// The calls with which the files of one directory are read, shared and written. A name is bytes that end in a zero
// byte, so that it can be used where it lies: in an index of 100,000 paths no name is copied. No call follows a
// symbolic link in the last component, and a name has no other component.

/// Shows a name that ends in a zero byte to C.
func withName<Result, Failure: Error>(
    _ name: Span<UInt8>, _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
) throws(Failure) -> Result {
    precondition(!name.isEmpty && name[name.count - 1] == 0, "a name must end in a zero byte")
    var outcome: Swift.Result<Result, Failure>?
    unsafe name.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else { return }
        do throws(Failure) {
            unsafe outcome = .success(try body(start.assumingMemoryBound(to: CChar.self)))
        } catch {
            outcome = .failure(error)
        }
    }
    guard let outcome else { preconditionFailure("a name is never empty") }
    return try outcome.get()
}

/// A name without its zero byte, in an array of its own.
private func copied(_ name: Span<UInt8>) -> [UInt8] {
    unsafe name.withUnsafeBufferPointer { unsafe Array($0.dropLast()) }
}

/// The files of one open directory.
public enum TreeFile {
    /// The status of a file, of a symbolic link itself and not of what it points to.
    public static func status(in directory: Int32, _ name: Span<UInt8>) throws(SystemError) -> FileStatus {
        var status = stat()
        try unsafe withName(name) { (name) throws(SystemError) in
            _ = try unsafe systemCall("look at \(String(cString: name))") {
                unsafe fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW)
            }
        }
        return FileStatus(status)
    }

    /// Gives a file a second name, the same one in another directory; a symbolic link itself, not what it points to.
    public static func link(
        _ name: Span<UInt8>, from source: Int32, to target: Int32
    ) throws(SystemError) {
        try unsafe withName(name) { (name) throws(SystemError) in
            _ = try unsafe systemCall("link \(String(cString: name))") { unsafe linkat(source, name, target, name, 0) }
        }
    }

    /// Moves a file or directory; a file that has the new name is replaced in the same step.
    public static func rename(
        _ name: Span<UInt8>, from source: Int32, to target: Int32, as newName: Span<UInt8>
    ) throws(SystemError) {
        try unsafe withName(name) { (name) throws(SystemError) in
            try unsafe withName(newName) { (newName) throws(SystemError) in
                _ = try unsafe systemCall("rename \(String(cString: name))") {
                    unsafe renameat(source, name, target, newName)
                }
            }
        }
    }

    /// Sets the permissions of a directory, which may be closed to its own owner.
    public static func setPermissions(
        ofDirectory name: Span<UInt8>, in directory: Int32, _ mode: UInt32
    ) throws(SystemError) {
        let number = try unsafe withName(name) { (name) throws(SystemError) in
            try unsafe systemCall("open the directory \(String(cString: name))") {
                unsafe openat(directory, name, shim_open_name_flag() | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            }
        }
        // chmod(2) by name would follow a symbolic link that took the directory's place meanwhile.
        let held = FileDescriptor(taking: number)
        try Files.setPermissions("/proc/self/fd/\(held.number)", mode)
    }

    /// Removes a file's name.
    public static func remove(in directory: Int32, _ name: Span<UInt8>) throws(SystemError) {
        try unsafe withName(name) { (name) throws(SystemError) in
            _ = try unsafe systemCall("remove \(String(cString: name))") { unsafe unlinkat(directory, name, 0) }
        }
    }

    /// Opens a regular file for reading.
    public static func open(in directory: Int32, _ name: Span<UInt8>) throws(SystemError) -> FileDescriptor {
        let number = try unsafe withName(name) { (name) throws(SystemError) in
            try unsafe systemCall("open \(String(cString: name))") {
                unsafe openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
            }
        }
        return FileDescriptor(taking: number)
    }

    /// Makes a file that must not exist yet, with the permissions that the umask leaves of 0666 or 0777.
    public static func create(
        in directory: Int32, _ name: Span<UInt8>, executable: Bool
    ) throws(SystemError) -> FileDescriptor {
        let number = try unsafe withName(name) { (name) throws(SystemError) in
            try unsafe systemCall("make the file \(String(cString: name))") {
                unsafe openat(
                    directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, executable ? 0o777 : 0o666)
            }
        }
        return FileDescriptor(taking: number)
    }

    /// Sets when the content changed last, in nanoseconds since 1970.
    public static func setModified(
        _ time: Int64, of file: borrowing FileDescriptor
    ) throws(SystemError) {
        let number = file.number
        try systemCall("set the time of a file") { shim_set_modified(number, time) }
    }

    /// Makes a file share the blocks of another, copy on write.
    public static func clone(
        _ source: borrowing FileDescriptor, into target: borrowing FileDescriptor
    ) throws(SystemError) {
        let (from, to) = (source.number, target.number)
        try systemCall("clone a file") { shim_clone_file(to, from) }
    }

    /// Makes a symbolic link that must not exist yet; `target` ends in a zero byte.
    public static func createSymlink(
        in directory: Int32, _ name: Span<UInt8>, to target: Span<UInt8>
    ) throws(SystemError) {
        try unsafe withName(name) { (name) throws(SystemError) in
            try unsafe withName(target) { (target) throws(SystemError) in
                _ = try unsafe systemCall("make the symbolic link \(String(cString: name))") {
                    unsafe symlinkat(target, directory, name)
                }
            }
        }
    }

    /// Sets when a symbolic link was made, in nanoseconds since 1970.
    public static func setModified(
        _ time: Int64, ofSymlink name: Span<UInt8>, in directory: Int32
    ) throws(SystemError) {
        try unsafe withName(name) { (name) throws(SystemError) in
            _ = try unsafe systemCall("set the time of \(String(cString: name))") {
                unsafe shim_set_link_modified(directory, name, time)
            }
        }
    }

    /// What a symbolic link points to.
    public static func target(ofSymlink name: Span<UInt8>, in directory: Int32) throws(SystemError) -> [UInt8] {
        try readLink(directory, copied(name))
    }

    /// Makes a directory; one that exists is fine when `orExists` says so.
    public static func makeDirectory(
        in directory: Int32, _ name: Span<UInt8>, orExists: Bool = false
    ) throws(SystemError) {
        do throws(SystemError) {
            try unsafe withName(name) { (name) throws(SystemError) in
                _ = try unsafe systemCall("make the directory \(String(cString: name))") {
                    unsafe mkdirat(directory, name, 0o777)
                }
            }
        } catch  where error.code == EEXIST && orExists {
            // Whether it really is a directory shows when it is opened.
        }
    }

    /// Opens a directory.
    public static func openDirectory(in directory: Int32, _ name: Span<UInt8>) throws(SystemError) -> FileDescriptor {
        let number = try unsafe withName(name) { (name) throws(SystemError) in
            try unsafe systemCall("open the directory \(String(cString: name))") {
                unsafe openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            }
        }
        return FileDescriptor(taking: number)
    }
}

extension Timestamp {
    /// The moment as `FileStatus` gives times.
    public var nanosecondsSince1970: Int64 {
        seconds.multipliedSaturated(by: 1_000_000_000).addingSaturated(Int64(clamping: nanoseconds))
    }
}
