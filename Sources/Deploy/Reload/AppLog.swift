internal import Glibc
package import Posix

/// Where the application logs.
public enum AppLogSource: Sendable, Equatable {
    /// A file, by its absolute path.
    case file(String)
    /// A unit of systemd, whose lines `journalctl` tells.
    case unit(String)
}

/// What the application has logged since a moment: the end of it, for people.
///
/// The file is the application's, who may exchange it for anything at any time: it is reached through no symbolic link,
/// and only a regular file is read, so that nothing of anybody else is shown and nothing is waited for.
public final class AppLog {
    /// Where it is.
    public let source: AppLogSource
    private let environment: Environment
    // The file as it was at the mark, and how long it was.
    private var marked: (file: FileDescriptorBox, status: FileStatus)?
    private var markedAt = Timestamp(seconds: 0)

    /// How many lines are shown, how long one may be, and how much is read.
    private static let mostLines = 50
    private static let longestLine = 400
    private static let mostBytes: UInt64 = 64 * 1024

    /// Describes a log; `environment` is for `journalctl`.
    package init(_ source: AppLogSource, environment: Environment) {
        self.source = source
        self.environment = environment
    }

    /// Remembers where the log ends now.
    package func mark() {
        marked = nil
        markedAt = .now()
        // What is not there, or is no log, is said when it is to be read.
        guard case .file(let path) = source, let file = try? Self.open(path), let status = try? file.status() else {
            return
        }
        marked = (FileDescriptorBox(file), status)
    }

    /// What was logged since the mark, cleaned; or why that cannot be told.
    package func words(_ deadline: Deadline) -> String {
        do {
            let bytes =
                switch source {
                case .file(let path): try read(path)
                case .unit(let unit): try read(unit: unit, deadline)
                }
            return Self.clean(bytes)
        } catch {
            return "(the log cannot be read: \(error))"
        }
    }

    /// Throws when the log cannot be read; a file that is not there yet is no failure.
    package func check() throws(SystemError) -> Bool {
        switch source {
        case .file(let path):
            do throws(SystemError) {
                _ = try Self.open(path)
                return true
            } catch  where error.isNotFound {
                return false
            }
        case .unit:
            if journal([]).executableFile != nil { return true }
            throw SystemError(code: ENOENT, operation: "run journalctl")
        }
    }

    // A file.

    private static func open(_ path: String) throws(SystemError) -> FileDescriptor {
        let parts = path.split(separator: "/").map(String.init)
        guard let name = parts.last else { throw SystemError(code: EISDIR, operation: "read \(path)") }
        do throws(SystemError) {
            let top = try FileDescriptor.open("/", .read, .directory)
            let parent = parts.dropLast().joined(separator: "/")
            let directory = try top.openDirectory(beneath: parent.isEmpty ? "." : parent)
            return try directory.openFile(entry: name)
        } catch {
            throw SystemError(code: error.code, operation: "read \(path)", reason: error.reason)
        }
    }

    private func read(_ path: String) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        if let marked {
            let now = try marked.file.descriptor.status()
            // One that was emptied is read from its beginning.
            let start = now.size < marked.status.size ? 0 : marked.status.size
            bytes = try Self.end(of: marked.file.descriptor, from: start, to: now.size)
        }
        let file: FileDescriptor
        do throws(SystemError) {
            file = try Self.open(path)
        } catch  where error.isNotFound && marked != nil {
            // Moved away, and not made anew.
            return bytes
        }
        let status = try file.status()
        if let former = marked?.status, former.inode == status.inode, former.device == status.device { return bytes }
        return bytes + (try Self.end(of: file, from: 0, to: status.size))
    }

    /// The end of a part of a file.
    private static func end(of file: borrowing FileDescriptor, from start: UInt64, to end: UInt64) throws(SystemError)
        -> [UInt8]
    {
        var position = end - start > mostBytes ? end - mostBytes : start
        var bytes: [UInt8] = []
        while position < end {
            // Bounded: by the line before.
            var piece = [UInt8](repeating: 0, count: Int(min(end - position, mostBytes)))
            let count = try file.read(into: &piece, at: position)
            if count == 0 { break }
            bytes += piece[..<count]
            position += UInt64(count)
        }
        return bytes
    }

    // The journal.

    private func journal(_ arguments: [String]) -> Command {
        Command("journalctl", ["--no-pager", "--quiet", "--output=cat"] + arguments, environment: environment)
    }

    private func read(unit: String, _ deadline: Deadline) throws(SystemError) -> [UInt8] {
        let microseconds = markedAt.nanoseconds / 1000
        let since = "@\(markedAt.seconds).\(String("\(1_000_000 + microseconds)".dropFirst()))"
        let result = try runCommand(
            journal(["--unit=\(unit)", "--since=\(since)", "--lines=\(Self.mostLines)"]),
            deadline: deadline.capped(at: .seconds(5)), outputLimit: Int(Self.mostBytes))
        guard result.isSuccess else {
            throw SystemError(
                code: EIO, operation: "read the journal of \(unit)",
                reason: "journalctl \(result.reason): \(Self.clean(result.errorOutput.bytes))")
        }
        return result.output.bytes
    }

    // Cleaning.

    /// The last lines of a log, without colours and whatever else may act on a terminal or turn a text around.
    static func clean(_ bytes: [UInt8]) -> String {
        let text = withoutColours(String(decoding: bytes, as: UTF8.self))
        let lines = text.unicodeScalars.split(whereSeparator: { $0 == "\n" || $0 == "\r" }).suffix(mostLines)
        return lines.map { line in
            var cleaned = String.UnicodeScalarView()
            for scalar in line.prefix(longestLine) { cleaned.append(isHarmless(scalar) ? scalar : " ") }
            return String(cleaned) + (line.count > longestLine ? "…" : "")
        }.joined(separator: "\n")
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    private static func withoutColours(_ text: String) -> String {
        text.replacing(/\u{1b}\[[0-9;?]*[A-Za-z]/, with: "")
    }
}

/// Holds a descriptor where a copyable value is needed.
private final class FileDescriptorBox {
    let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
    }
}
