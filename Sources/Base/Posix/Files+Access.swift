internal import Glibc

extension Files {
    /// Whether we may make and remove entries in a directory, as far as the system can tell without trying.
    public static func mayChange(_ directory: some SystemPath) throws(SystemError) -> Bool {
        do {
            unsafe try pathCall("look into", directory) { unsafe faccessat(AT_FDCWD, $0, W_OK | X_OK, AT_EACCESS) }
            return true
        } catch {
            if error.isForbidden { return false }
            throw error
        }
    }

    /// The path itself, or the nearest directory above it that exists.
    public static func nearestExisting(_ path: String) throws(SystemError) -> String {
        var path = path
        while try statusIfPresent(path, followingLinks: true) == nil, let slash = path.lastIndex(of: "/") {
            path = slash == path.startIndex ? "/" : String(path[..<slash])
        }
        return path
    }
}
