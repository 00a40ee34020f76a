internal import JSON
public import Options
internal import Posix

/// `--error-file`: the last error as JSON, for whoever watches the volume; gone as soon as all is well.
struct ErrorFile: Sendable {
    private let path: String?

    init(_ path: String?) {
        self.path = path
    }

    /// Replaces what the file says, as a whole.
    func write(_ message: String, _ error: String, _ arguments: [(String, String)] = []) throws(SystemError) {
        guard let path else { return }
        let value: JSONValue = [
            "Msg": "\(message)", "Err": "\(error)",
            "Args": .object(arguments.map { JSONMember(name: $0.0, value: .string($0.1)) }),
        ]
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try Files.makeDirectories(String(path[..<slash]))
        }
        try AtomicFile.write(Array((value.text + "\n").utf8), to: path, mode: 0o644)
    }

    /// Removes the file.
    func clear() throws(SystemError) {
        guard let path, try Files.statusIfPresent(path) != nil else { return }
        try Files.remove(path)
    }
}

extension Sidecar {
    /// Writes wrong parameters into the error file too, as far as those say where it is.
    public static func report(_ error: UsageError, of invocation: Invocation) {
        guard let file = invocation.settings.errorFile else { return }
        let path = invocation.settings.root.map { file.resolved(against: $0.text) } ?? file
        do throws(SystemError) {
            try ErrorFile(path.text).write(
                "wrong parameters", error.problems.map(\.description).joined(separator: "\n"))
        } catch {
            ThisProcess.print("git-sidecar: \(error)", toStandardError: true)
        }
    }
}
