internal import Posix
internal import Synchronization

/// SSH keys made with ssh-keygen when a test first asks for them, and kept for the run.
enum SSHKeys {
    struct Key: Sendable {
        let path: String
        /// Type and key, without a comment.
        let publicKey: String
    }

    private static let cache = Mutex<[String: Key]>([:])

    static func key(_ name: String, type: String) throws -> Key {
        try cache.withLock { cache in
            if let known = cache["\(name) \(type)"] { return known }
            let path = "\(try RunDirectory.path())/ssh-\(name)-\(type)"
            let size = type == "rsa" ? ["-b", "2048"] : []
            try runProgram(["ssh-keygen", "-q", "-t", type] + size + ["-N", "", "-C", "", "-f", path]).succeeded()
            let text = try TestFiles.text(path + ".pub").split(whereSeparator: \.isWhitespace).prefix(2)
            let key = Key(path: path, publicKey: text.joined(separator: " "))
            cache["\(name) \(type)"] = key
            return key
        }
    }
}
