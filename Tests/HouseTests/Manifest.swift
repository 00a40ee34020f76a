import Posix

/// The modules of `Package.swift`, in the order in which it lists them.
struct Manifest {
    struct Module {
        let floor: String
        let name: String
        let folder: String
        let uses: [String]
    }

    static let floors = ["C", "Base", "Git", "Net", "Deploy", "App"]
    static let top = String(#filePath.dropLast("/Tests/HouseTests/Manifest.swift".count))

    let modules: [Module]

    init() throws {
        let text = try Self.text(of: "Package.swift")
        // One entry begins with one of these words at the depth of the list, and ends where the next begins.
        let starts = ["library", "shims", "module", "program"].map { "        \($0)(" }
        var entries: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if starts.contains(where: { line.hasPrefix($0) }) {
                entries.append(line)
            } else if line.hasPrefix("         "), !entries.isEmpty {
                entries[entries.count - 1] += line
            } else if line.hasPrefix("        tests(") || line.hasPrefix("        .") {
                entries.append("")
            }
        }
        modules = entries.filter { !$0.isEmpty && !$0.hasPrefix("         ") }.compactMap(Module.init)
    }

    subscript(name: String) -> Module? { modules.first { $0.name == name } }

    /// Everything that a module brings into a program.
    func closure(of name: String) -> Set<String> {
        var found: Set<String> = []
        var open = [name]
        while let next = open.popLast() {
            for use in self[next]?.uses ?? [] where found.insert(use).inserted { open.append(use) }
        }
        return found
    }

    static func text(of path: String) throws -> String {
        String(decoding: try Files.read(top + "/" + path, limit: 1 << 20), as: UTF8.self)
    }

    /// The Swift files of a folder and of those below it, from the top of the repository.
    static func swiftFiles(in folder: String) throws -> [String] {
        var found: [String] = []
        for entry in try FileDescriptor.openDirectory(top + "/" + folder).entries() {
            let name = String(decoding: entry.name, as: UTF8.self)
            let path = folder + "/" + name
            if name.hasSuffix(".swift") {
                found.append(path)
            } else if try Files.statusIfPresent(top + "/" + path, followingLinks: false)?.kind == .directory {
                found += try swiftFiles(in: path)
            }
        }
        return found.sorted()
    }

    /// The modules that a folder's files import.
    static func imports(in folder: String) throws -> Set<String> {
        var found: Set<String> = []
        for path in try swiftFiles(in: folder) {
            for line in try text(of: path).split(separator: "\n") {
                let words = line.split(separator: " ")
                guard let place = words.firstIndex(of: "import"), place <= 1, place + 1 < words.count else { continue }
                found.insert(String(words[place + 1]))
            }
        }
        return found
    }
}

extension Manifest.Module {
    fileprivate init?(_ entry: String) {
        // What is between quotes before the resources: the path first, then what it uses.
        let declared = entry.split(separator: "resources:").first.map(String.init) ?? entry
        let quoted = declared.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        guard let path = quoted.first, !path.hasPrefix("Tests/") else { return nil }
        let parts = path.split(separator: "/").map(String.init)
        name = parts.last ?? path
        floor = parts.count == 1 ? "C" : parts[parts.count - 2]
        folder = "Sources/\(floor)/\(name)"
        // A library of Debian's has the names of its packages there.
        let isLibrary = entry.hasPrefix("        library(")
        uses = isLibrary ? [] : Array(quoted.dropFirst())
    }
}
