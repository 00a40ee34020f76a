/// How the process is found that is told about a new release.
///
/// It stands for the *root* of each process tree that matches: a match none of whose ancestors matches, so the master
/// and never a worker. We ourselves, our children, threads of the kernel and zombies never match. A pod's `pause`
/// process never matches. Any other process 1 matches when it is named exactly, by everything but `commandLine`:
/// an expression could hit the init of a shared namespace, or a shell whose command line holds our own.
public enum Target: Sendable, Hashable {
    /// By name: what the process calls itself, the file name of its program, or the first word of its title.
    case name(String)
    /// By the path of its program.
    case executable(String)
    /// By an extended regular expression that matches somewhere in its arguments, joined with spaces.
    case commandLine(String)
    /// By a file that holds its number.
    case pidFile(String)
    /// By the TCP port that it listens on.
    case port(UInt16)
}

extension Target: CustomStringConvertible {
    /// The kind, a colon and what is looked for.
    public var description: String {
        switch self {
        case .name(let name): "name:\(name)"
        case .executable(let path): "exe:\(path)"
        case .commandLine(let pattern): "cmdline:\(pattern)"
        case .pidFile(let path): "pidfile:\(path)"
        case .port(let port): "port:\(port)"
        }
    }
}

extension Target {
    /// What has to be known about a process to tell whether it matches.
    var details: ProcessDetails {
        switch self {
        case .name: [.executable, .arguments]
        case .executable: .executable
        case .commandLine: .arguments
        case .pidFile, .port: []
        }
    }
}

extension ProcessEntry {
    /// Whether the process goes by this name.
    func isNamed(_ wanted: String) -> Bool {
        if name == wanted { return true }
        if let executable, fileName(withoutDeletedMark(executable)) == wanted { return true }
        // A title such as `nginx: master process nginx` or `gunicorn: master [app]` takes the place of the arguments.
        guard let first = arguments.first, let word = first.split(separator: " ").first else { return false }
        return fileName(word.hasSuffix(":") ? String(word.dropLast()) : String(word)) == wanted
    }
}

private func fileName(_ path: String) -> Substring {
    path.split(separator: "/").last ?? ""
}

/// The path of a file, without what the kernel adds when its name is gone.
func withoutDeletedMark(_ path: String) -> String {
    let mark = " (deleted)"
    return path.hasSuffix(mark) ? String(path.dropLast(mark.count)) : path
}
