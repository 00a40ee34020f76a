internal import Glibc

extension SystemError {
    /// `EEXIST`: the name is taken.
    public var isTaken: Bool { code == EEXIST }
    /// `ENOTDIR` or `ELOOP`: something else than a directory is where one should be.
    public var isNotDirectory: Bool { code == ENOTDIR || code == ELOOP }
    /// `EMFILE` or `ENFILE`: this process or the system has no file descriptor left.
    public var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
}

extension Files {
    /// The whole content of a small file; nil where there is none.
    public static func readIfPresent(_ path: String, limit: Int) throws(SystemError) -> [UInt8]? {
        do throws(SystemError) {
            return try read(path, limit: limit)
        } catch  where error.isNotFound || error.code == ENOTDIR {
            return nil
        }
    }
}
