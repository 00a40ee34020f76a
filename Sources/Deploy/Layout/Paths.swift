/// An absolute path without `.`, `..` and doubled slashes; symbolic links are not looked at.
public func normalized(_ path: String) -> String {
    var components: [Substring] = []
    for component in path.split(separator: "/") where component != "." {
        if component == ".." { components = components.dropLast() } else { components.append(component) }
    }
    return "/" + components.joined(separator: "/")
}

/// The path that leads from one directory to `target`; both absolute and normalized.
public func relativePath(from directory: String, to target: String) -> String {
    let from = directory.split(separator: "/")
    let to = target.split(separator: "/")
    let shared = zip(from, to).prefix { $0 == $1 }.count
    return (Array(repeating: "..", count: from.count - shared) + to[shared...]).joined(separator: "/")
}

/// What leads from a directory to a path below it; nil for any other path.
///
/// Both are absolute and normalized.
func pathBelow(_ directory: String, of path: String) -> String? {
    let prefix = directory == "/" ? "/" : directory + "/"
    guard path.hasPrefix(prefix), path != prefix else { return nil }
    return String(path.dropFirst(prefix.count))
}
