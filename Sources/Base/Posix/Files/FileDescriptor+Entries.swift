internal import CShims
internal import Glibc

// What can be done to an entry of a directory that is open. A name is one part of a path, or several.
extension FileDescriptor {
    /// The status of an entry, or nil when there is none of that name.
    public borrowing func statusIfPresent(
        entry name: some SystemPath, followingLinks: Bool = false
    ) throws(SystemError) -> FileStatus? {
        do {
            return try status(entry: name, followingLinks: followingLinks)
        } catch {
            if error.code == ENOENT || error.code == ENOTDIR { return nil }
            throw error
        }
    }

    /// Makes a directory in this one.
    public borrowing func makeDirectory(entry name: some SystemPath, mode: UInt32 = 0o777) throws(SystemError) {
        let number = self.number
        unsafe try pathCall("create the directory", name) { unsafe mkdirat(number, $0, mode) }
    }

    /// Removes a file or symbolic link.
    public borrowing func remove(entry name: some SystemPath) throws(SystemError) {
        let number = self.number
        unsafe try pathCall("remove", name) { unsafe unlinkat(number, $0, 0) }
    }

    /// Removes an empty directory.
    public borrowing func removeDirectory(entry name: some SystemPath) throws(SystemError) {
        let number = self.number
        unsafe try pathCall("remove the directory", name) { unsafe unlinkat(number, $0, AT_REMOVEDIR) }
    }

    /// Gives the file that is an entry of this directory a second name (a hard link); never follows a symbolic link.
    public borrowing func link(
        entry name: some SystemPath, to directory: borrowing FileDescriptor, as newName: some SystemPath
    ) throws(SystemError) {
        let (source, target) = (number, directory.number)
        unsafe try pathCall("link", newName, "to the file", name) { unsafe linkat(source, $1, target, $0, 0) }
    }

    /// Makes a symbolic link in this directory.
    public borrowing func makeSymbolicLink(to target: some SystemPath, entry name: some SystemPath) throws(SystemError)
    {
        let number = self.number
        unsafe try pathCall("link", name, "to", target) { unsafe symlinkat($1, number, $0) }
    }

    /// What a symbolic link in this directory points to.
    public borrowing func readSymbolicLink(entry name: some SystemPath) throws(SystemError) -> [UInt8] {
        try readLink(number, name)
    }

    /// Moves an entry; what had the new name is replaced in the same step.
    public borrowing func rename(
        entry name: some SystemPath, to directory: borrowing FileDescriptor, as newName: some SystemPath
    ) throws(SystemError) {
        let (source, target) = (number, directory.number)
        unsafe try pathCall("rename", name, "to", newName) { unsafe renameat(source, $0, target, $1) }
    }

    /// Swaps an entry of this directory with one of another (or the same) in one step.
    public borrowing func exchange(
        entry name: some SystemPath, with directory: borrowing FileDescriptor, entry other: some SystemPath
    ) throws(SystemError) {
        let (first, second) = (number, directory.number)
        unsafe try pathCall("exchange", name, "with", other) { unsafe shim_rename_exchange(first, $0, second, $1) }
    }

    /// Sets the permissions of an entry, following symbolic links.
    public borrowing func setPermissions(entry name: some SystemPath, _ mode: UInt32) throws(SystemError) {
        let number = self.number
        unsafe try pathCall("set the permissions of", name) { unsafe fchmodat(number, $0, mode, 0) }
    }

    /// Sets the time of an entry's last change of content, in nanoseconds since 1970; of a symbolic link itself.
    public borrowing func setModificationTime(entry name: some SystemPath, _ time: Int64) throws(SystemError) {
        let number = self.number
        // The time may be one that a file had: any.
        let seconds = Timestamp.floorDivide(time, by: 1_000_000_000)
        let wanted = timespec(tv_sec: Int(clamping: seconds), tv_nsec: Int(clamping: time &- seconds &* 1_000_000_000))
        let times: [2 of timespec] = [timespec(tv_sec: 0, tv_nsec: shim_omit_time()), wanted]
        unsafe try pathCall("set the time of", name) { name in
            unsafe times.span.withUnsafeBufferPointer {
                unsafe utimensat(number, name, $0.baseAddress, AT_SYMLINK_NOFOLLOW)
            }
        }
    }
}
