internal import Glibc

/// A path or a file name as the kernel sees it: bytes, not characters.
///
/// Paths from options are `String`; names that come from a directory or a git tree are `[UInt8]`, because they need
/// not be UTF-8.
public protocol SystemPath {
    /// Lends the bytes, without a terminating zero.
    func withPathBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result
}

extension String: SystemPath {
    /// Lends the UTF-8 bytes.
    public func withPathBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result { body(utf8.span) }
}

extension [UInt8]: SystemPath {
    /// Lends the bytes themselves.
    public func withPathBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result { body(span) }
}

extension SystemPath {
    /// The path for people: bytes that are not UTF-8 are shown as `�`.
    public var pathText: String {
        withPathBytes { bytes in unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) } }
    }

    /// Lends a C string; nil, without a call, when the path has a zero byte that would cut it short.
    ///
    /// The copy lives on the stack for all but the longest paths: naming a file costs no allocation.
    func withCPath<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result? {
        withPathBytes { bytes in
            unsafe bytes.withUnsafeBytes { source in
                unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: source.count + 1) { copy in
                    if let start = source.baseAddress {
                        if unsafe memchr(start, 0, source.count) != nil { return nil }
                        unsafe UnsafeMutableRawBufferPointer(copy).copyMemory(from: source)
                    }
                    unsafe copy[source.count] = 0
                    guard let first = copy.baseAddress else { return nil }
                    return unsafe body(first)
                }
            }
        }
    }
}

/// Makes a system call on a path, as `systemCall` does; the failure reads `cannot <verb> <path>: …`.
@discardableResult
func pathCall<Result: SignedInteger>(
    _ verb: String, _ path: some SystemPath, _ call: (UnsafePointer<CChar>) -> Result
) throws(SystemError) -> Result {
    while true {
        var code = EINVAL
        let result = unsafe path.withCPath { name in
            let result = unsafe call(name)
            if result < 0 { code = errno }
            return result
        }
        if let result, result >= 0 { return result }
        if result != nil, code == EINTR { continue }
        throw SystemError(code: code, operation: "\(verb) \(path.pathText)")
    }
}

/// Makes a system call on two paths; the failure reads `cannot <verb> <first> <preposition> <second>: …`.
@discardableResult
func pathCall(
    _ verb: String, _ first: some SystemPath, _ preposition: String, _ second: some SystemPath,
    _ call: (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32
) throws(SystemError) -> Int32 {
    do {
        return unsafe try pathCall(verb, first) { firstName in
            unsafe second.withCPath { secondName in
                unsafe call(firstName, secondName)
            }
                ?? {
                    errno = EINVAL
                    return -1
                }()
        }
    } catch {
        throw SystemError(
            code: error.code, operation: "\(verb) \(first.pathText) \(preposition) \(second.pathText)")
    }
}

/// The directory that holds what lies at a path.
public func parent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The last component of a path.
public func lastComponent(of path: String) -> String {
    String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
}

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
