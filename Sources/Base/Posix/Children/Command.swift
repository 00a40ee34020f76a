internal import Glibc

/// A program to run: what, with which arguments, in which environment and where.
public struct Command: Sendable {
    /// The program's path; a name without a slash is looked up in `PATH` of `environment`.
    public var program: String
    /// The arguments after the program's own name.
    ///
    /// Secrets do not belong here: every user can read them.
    public var arguments: [String]
    /// All variables that the program gets; nothing is inherited silently.
    public var environment: Environment
    /// The directory that it starts in; nil means ours.
    public var directory: String?

    /// Describes a program to run; nothing happens yet.
    public init(_ program: String, _ arguments: [String] = [], environment: Environment, directory: String? = nil) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
    }

    /// Whether the program is a file below the directory that it starts in, as `./check` is.
    public var isInDirectory: Bool { program.utf8.contains(UInt8(ascii: "/")) && !program.hasPrefix("/") }

    /// The file that would be executed; nil where there is none, or it may not be executed.
    public var executableFile: String? {
        let path = resolvedProgram()
        let absolute = path.hasPrefix("/") ? path : "\(directory ?? ".")/\(path)"
        // A name that was not found in `PATH` is no path.
        guard path.utf8.contains(UInt8(ascii: "/")), unsafe absolute.withCPath({ unsafe access($0, X_OK) }) == 0 else {
            return nil
        }
        return absolute
    }

    /// The path to execute: `program` itself, or the first executable file of that name in `PATH`.
    func resolvedProgram() -> String {
        if program.utf8.contains(UInt8(ascii: "/")) { return program }
        let path = environment["PATH"] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        // Empty parts mean the working directory; that is a trap and not followed.
        for directory in path.split(separator: ":") {
            let candidate = "\(directory)/\(program)"
            if unsafe candidate.withCPath({ unsafe access($0, X_OK) }) == 0 { return candidate }
        }
        return program
    }

    /// Says what really is in the way, where the bare error number would mislead.
    func explain(_ code: Int32, _ path: String) -> SystemError {
        if let directory {
            do {
                guard try Files.status(directory, followingLinks: true).kind == .directory else {
                    return SystemError(code: ENOTDIR, operation: "run \(program) in \(directory)")
                }
            } catch {
                return SystemError(code: error.code, operation: "run \(program) in \(directory)")
            }
        }
        let text = "run \(program)"
        // A relative path starts from the command's directory, which is not ours.
        let absolute = path.hasPrefix("/") ? path : "\(directory ?? ".")/\(path)"
        if code == ENOENT, unsafe absolute.withCPath({ unsafe access($0, F_OK) }) == 0 {
            return SystemError(code: code, operation: "\(text) (is the interpreter in its first line installed?)")
        }
        if code == EACCES, unsafe absolute.withCPath({ unsafe access($0, X_OK) }) != 0 {
            return SystemError(code: code, operation: "\(text) (is it executable?)")
        }
        if code == ENOEXEC {
            return SystemError(code: code, operation: "\(text) (does a script begin with `#!`?)")
        }
        return SystemError(code: code, operation: text)
    }
}

/// The environment that a child process gets: names and values in order, nothing inherited unless asked for.
public struct Environment: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    // Values are bytes because what was inherited need not be UTF-8 and must be handed on unchanged.
    private struct Entry: Sendable, Equatable {
        let name: String
        var value: [UInt8]
    }

    private var entries: [Entry] = []

    /// An environment without variables.
    public init() {}

    /// An environment with these variables; of several with one name the last counts.
    public init(dictionaryLiteral variables: (String, String)...) {
        for (name, value) in variables { self[name] = value }
    }

    /// The environment of this process, less the named variables: pass every name that may hold a secret.
    public static func current(removing names: some Sequence<String>) -> Environment {
        let removed = Set(names)
        var environment = Environment()
        var index = 0
        while let variable = unsafe environ[index] {
            let bytes = unsafe UnsafeBufferPointer(start: variable, count: strlen(variable)).map(
                UInt8.init(bitPattern:))
            index += 1
            guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: bytes[..<equals], as: UTF8.self)
            if removed.contains(name) { continue }
            environment.entries.append(Entry(name: name, value: Array(bytes[(equals + 1)...])))
        }
        return environment
    }

    /// The value of a variable; setting nil removes it.
    public subscript(name: String) -> String? {
        get { entries.last { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) } }
        set {
            let index = entries.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): entries[index].value = Array(value.utf8)
            case (let index?, nil): entries.remove(at: index)
            case (nil, let value?): entries.append(Entry(name: name, value: Array(value.utf8)))
            case (nil, nil): break
            }
        }
    }

    /// The names, in order.
    public var names: [String] { entries.map(\.name) }

    /// `NAME=value`, one after the other, as execve(2) wants them.
    var lines: [[UInt8]] { entries.map { Array($0.name.utf8) + [UInt8(ascii: "=")] + $0.value } }
}
