internal import Posix
internal import TestSupport

/// The flags of a benchmark, `--name value` or `--name=value` each; whoever has asked for all that it knows calls `end`.
struct Arguments {
    private var pairs: [(name: String, value: String)] = []

    init(_ words: ArraySlice<String>) throws {
        var rest = words
        while let name = rest.popFirst() {
            if let equals = name.firstIndex(of: "=") {
                pairs.append((String(name[..<equals]), String(name[name.index(after: equals)...])))
                continue
            }
            guard let value = rest.popFirst() else { throw BadArgument(description: "\(name) needs a value") }
            pairs.append((name, value))
        }
    }

    /// All values of a flag that may be repeated.
    mutating func texts(_ name: String) -> [String] {
        defer { pairs.removeAll { $0.name == name } }
        return pairs.filter { $0.name == name }.map(\.value)
    }

    /// All numbers of a flag that may be repeated; others when it is not given.
    mutating func numbers(_ name: String, or others: [Int]) throws -> [Int] {
        let values = try texts(name).map { text in
            guard let number = Int(text), number > 0 else {
                throw BadArgument(description: "\(name) needs a number above zero, not \(text)")
            }
            return number
        }
        return values.isEmpty ? others : values
    }

    /// The number of a flag, the last where it is repeated.
    mutating func number(_ name: String, or other: Int) throws -> Int {
        try numbers(name, or: [other]).last ?? other
    }

    /// The program of `--program`; else the one that was built beside this one.
    mutating func program() throws -> String {
        let own = String(decoding: try Files.readSymbolicLink("/proc/self/exe"), as: UTF8.self)
        let beside = String(own[..<(own.lastIndex(of: "/") ?? own.endIndex)]) + "/git-sidecar"
        let program = texts("--program").last ?? beside
        guard TestFiles.exists(program) else {
            throw BadArgument(
                description: "there is no \(program): run `make build` first, or name it with --program")
        }
        return program
    }

    /// Complains about what nobody asked for.
    func end() throws {
        if let first = pairs.first { throw BadArgument(description: "\(first.name) is not known here") }
    }
}

/// A flag that cannot be obeyed.
struct BadArgument: Error, CustomStringConvertible {
    let description: String
}
