internal import Glibc

extension TreeFile {
    /// Removes what `name` is, with everything below it, without following a symbolic link and however deep it is.
    ///
    /// What is already gone is fine: two may remove the same tree.
    public static func removeTree(in directory: Int32, _ name: [UInt8]) throws(SystemError) {
        do throws(SystemError) {
            let status = try status(in: directory, name.span)
            guard status.kind == .directory else { return try remove(in: directory, name.span) }
            let top = try openDirectory(in: directory, name.span)
            var buried = 0
            try empty(top.number, top: top.number, depth: 0, &buried)
            // Deep directories were moved up here; they are emptied like all others, until none is left.
            while try !entries(of: top.number).isEmpty { try empty(top.number, top: top.number, depth: 0, &buried) }
            try removeDirectory(in: directory, name)
        } catch where error.isNotFound {
            return
        }
    }

    /// How deep removal goes before it moves a directory to the top, so that few directories are open at once.
    private static let maximumDepth = 24

    private static func empty(
        _ directory: Int32, top: Int32, depth: Int, _ buried: inout Int
    ) throws(SystemError) {
        for entry in try entries(of: directory) {
            do throws(SystemError) {
                let isDirectory: Bool
                if let known = entry.isDirectory {
                    isDirectory = known
                } else {
                    isDirectory = try status(in: directory, entry.name.span).kind == .directory
                }
                if isDirectory {
                    if depth == maximumDepth {
                        try raise(entry.name, from: directory, to: top, &buried)
                    } else {
                        try emptyAndRemove(entry.name, in: directory, top: top, depth: depth, &buried)
                    }
                } else {
                    try remove(in: directory, entry.name.span)
                }
            } catch where error.isNotFound {
                continue
            }
        }
    }

    private static func emptyAndRemove(
        _ name: [UInt8], in directory: Int32, top: Int32, depth: Int, _ buried: inout Int
    ) throws(SystemError) {
        do {
            let child = try openDirectory(in: directory, name.span)
            try empty(child.number, top: top, depth: depth + 1, &buried)
        }
        try removeDirectory(in: directory, name)
    }

    /// Moves a directory that lies too deep to the top of the tree that is being removed, under a name of its own.
    private static func raise(
        _ name: [UInt8], from directory: Int32, to top: Int32, _ buried: inout Int
    ) throws(SystemError) {
        while true {
            buried += 1
            let raised = Array(".removed-\(buried)".utf8) + [0]
            do throws(SystemError) {
                return try unsafe withName(name.span) { (name) throws(SystemError) in
                    try unsafe withName(raised.span) { (raised) throws(SystemError) in
                        _ = try unsafe systemCall("move \(String(cString: name))") {
                            unsafe renameat(directory, name, top, raised)
                        }
                    }
                }
            } catch where error.code == EEXIST || error.code == ENOTEMPTY || error.code == ENOTDIR {
                continue
            }
        }
    }

    private static func removeDirectory(in directory: Int32, _ name: [UInt8]) throws(SystemError) {
        try unsafe withName(name.span) { (name) throws(SystemError) in
            _ = try unsafe systemCall("remove the directory \(String(cString: name))") {
                unsafe unlinkat(directory, name, AT_REMOVEDIR)
            }
        }
    }
}
