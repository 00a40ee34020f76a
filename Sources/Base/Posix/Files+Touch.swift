internal import Glibc

extension Files {
    /// Gives a file the present as the time of its last change, and makes it when it is missing.
    public static func touch(_ path: some SystemPath) throws(SystemError) {
        do {
            unsafe try pathCall("touch", path) { unsafe utimensat(AT_FDCWD, $0, nil, 0) }
        } catch {
            guard error.code == ENOENT else { throw error }
            _ = try FileDescriptor.open(path, .write, .create)
        }
    }
}
