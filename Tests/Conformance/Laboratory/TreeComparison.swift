internal import Glibc
internal import Posix

/// Compares two directories: every name, kind, mode and byte, and where links lead.
///
/// The entry `.git` does not count.
struct TreeComparison {
    private(set) var files = 0
    private(set) var difference: String?

    /// Compares them at once; `difference` is nil where there is none.
    init(_ expected: String, _ actual: String) throws {
        try compare(Array(expected.utf8), Array(actual.utf8), at: [])
    }

    private mutating func compare(_ expected: [UInt8], _ actual: [UInt8], at place: [UInt8]) throws {
        let names = try TreeComparison.names(in: expected)
        let others = try TreeComparison.names(in: actual)
        if let missing = names.subtracting(others).first {
            difference = "\((place + missing).pathText) is missing"
            return
        }
        if let more = others.subtracting(names).first {
            difference = "\((place + more).pathText) is more than git has"
            return
        }
        for name in names {
            let path = place + name
            let (left, right) = (expected + [slash] + name, actual + [slash] + name)
            let (status, other) = (try Files.status(left), try Files.status(right))
            guard status.kind == other.kind else {
                difference = "\(path.pathText) is a \(other.kindText), by git a \(status.kindText)"
                return
            }
            switch status.kind {
            case .directory: try compare(left, right, at: path + [slash])
            case .symbolicLink:
                files += 1
                if try Files.readSymbolicLink(left) != Files.readSymbolicLink(right) {
                    difference = "\(path.pathText) leads elsewhere than git's"
                }
            default:
                files += 1
                if (status.permissions & 0o100) != (other.permissions & 0o100) {
                    difference = "\(path.pathText) differs in whether it may be executed"
                } else if try status.size != other.size
                    || Files.read(left, limit: 1 << 30) != Files.read(right, limit: 1 << 30)
                {
                    difference = "\(path.pathText) has other bytes than git's"
                }
            }
            if difference != nil { return }
        }
    }

    private static func names(in path: [UInt8]) throws -> Set<[UInt8]> {
        let number = unsafe (path + [0]).withUnsafeBytes { bytes in
            unsafe bytes.bindMemory(to: CChar.self).baseAddress.map {
                unsafe open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            } ?? -1
        }
        if number < 0 { throw Trouble("cannot open \(path.pathText): error \(errno)") }
        let opened = FileDescriptor(taking: number)
        return Set(try opened.entries().map(\.name)).subtracting([Array(".git".utf8)])
    }
}

private let slash = UInt8(ascii: "/")

/// Something that keeps the laboratory itself from working, or a cell that did not do what it should.
struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
