/// Names of files that exist only until they are renamed to their real name.
///
/// They are hidden, unique and recognisable, so that what a crash leaves behind is never in the way and can be swept.
public enum TemporaryName {
    /// What every such name begins with.
    public static let prefix = ".git-sidecar-tmp-"

    /// A name that nobody has used.
    public static func make() -> String {
        prefix + String(UInt64.random(in: .min ... .max), radix: 16)
    }

    /// Whether a name is one of these.
    public static func matches(_ name: [UInt8]) -> Bool {
        name.starts(with: prefix.utf8)
    }

    /// A new temporary name in the directory of `path`, and that directory.
    static func sibling(of path: String) -> (path: String, directory: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (make(), ".") }
        let directory = slash == path.startIndex ? "/" : String(path[..<slash])
        return (String(path[...slash]) + make(), directory)
    }
}
