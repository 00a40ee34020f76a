/// Names of files that exist only until they are renamed to their real name.
///
/// They are hidden, unique and recognisable, so that what a crash leaves behind is never in the way and can be swept.
public enum TemporaryName {
    /// What every such name begins with.
    public static let prefix = ".git-sidecar-tmp-"

    /// A name that nobody has used.
    public static func make() -> String {
        prefix + suffix()
    }

    /// What makes a name unique.
    public static func suffix() -> String { String(UInt64.random(in: .min ... .max), radix: 16) }

    /// Whether a name is one of these.
    public static func matches(_ name: [UInt8]) -> Bool {
        name.starts(with: prefix.utf8)
    }

    /// A new temporary name in the directory of `path`, and that directory.
    static func sibling(of path: String) -> (path: String, directory: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (make(), ".") }
        return (String(path[...slash]) + make(), splitPath(path).directory)
    }
}

/// The directory of a path and the name in it.
func splitPath(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let directory = slash == path.startIndex ? "/" : String(path[..<slash])
    return (directory, String(path[path.utf8.index(after: slash)...]))
}
