internal import Glibc

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
