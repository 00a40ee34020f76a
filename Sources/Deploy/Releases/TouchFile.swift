public import Layout
internal import Posix

/// Who besides us may use what we write.
public enum GroupAccess {
    /// Lets the group write everything that is made from now on, as `--group-write` asks; others may read.
    ///
    /// It holds for the whole process: call it before any thread is started. Where the root's directory hands its group
    /// down (the set-group-id bit), everything in it belongs to that group.
    public static func allow() {
        Files.setCreationMask(0o002)
    }
}

/// A file whose time says when something happened last.
public enum TouchFile {
    /// Sets a file's time to now, and makes it where it is missing, with the directories above it.
    ///
    /// Inside the root no symbolic link leads to it; elsewhere its directory may be reached through some. What is there
    /// must be a regular file.
    public static func touch(_ path: String, in layout: ReleaseLayout) throws(ReleaseError) {
        try system { () throws(SystemError) in try layout.place(chosen: path).touch() }
    }
}
