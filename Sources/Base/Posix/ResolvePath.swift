internal import Glibc

extension Files {
    /// The absolute path without symbolic links, `.` and `..`; the last parts of it may be missing.
    public static func resolve(_ path: String) throws(SystemError) -> String {
        var resolved: [UInt8] = []
        // What is still to be walked, the next part last.
        var parts = Array(split(Array(path.utf8)).reversed())
        if path.utf8.first != UInt8(ascii: "/") { parts += split(try workingDirectory()).reversed() }
        var links = 0
        while let part = parts.popLast() {
            if part == [UInt8(ascii: ".")] { continue }
            if part == [UInt8(ascii: "."), UInt8(ascii: ".")] {
                resolved = Array(resolved[..<(resolved.lastIndex(of: UInt8(ascii: "/")) ?? 0)])
                continue
            }
            let candidate = resolved + [UInt8(ascii: "/")] + part
            do throws(SystemError) {
                let target = try readSymbolicLink(candidate)
                links += 1
                if links > 40 { throw SystemError(code: ELOOP, operation: "resolve \(path)") }
                if target.first == UInt8(ascii: "/") { resolved = [] }
                parts += split(target).reversed()
            } catch {
                // Not a link, or not there.
                if error.code != EINVAL && error.code != ENOENT {
                    throw SystemError(code: error.code, operation: "resolve \(path)")
                }
                resolved = candidate
            }
        }
        guard let text = String(validating: resolved, as: UTF8.self) else {
            throw SystemError(code: EILSEQ, operation: "resolve \(path)")
        }
        return text.isEmpty ? "/" : text
    }

    /// The directory that relative paths start from.
    public static func workingDirectory() throws(SystemError) -> [UInt8] {
        try readSymbolicLink("/proc/self/cwd")
    }

    private static func split(_ path: [UInt8]) -> [[UInt8]] {
        path.split(separator: UInt8(ascii: "/")).map(Array.init)
    }
}
