/// What a `.gitmodules` file says about submodules.
public struct SubmoduleFile: Sendable, Equatable {
    /// What it says about one submodule; nothing of it has been judged.
    public struct Section: Sendable, Equatable {
        /// The name, which stays when the submodule moves.
        public let name: [UInt8]
        /// Where in the tree it is.
        public internal(set) var path: [UInt8]?
        /// Where it comes from.
        public internal(set) var url: [UInt8]?
        /// The branch that its commits are taken from.
        public internal(set) var branch: [UInt8]?
        /// `submodule.<name>.update`.
        public internal(set) var update: [UInt8]?
    }

    /// The submodules, in the order in which the file first names them.
    public private(set) var sections: [Section] = []
    // Where two submodules claim one path, the one that claimed it last has it, as in git.
    private var places: [[UInt8]: Int] = [:]

    /// Reads a file.
    public init(_ file: Span<UInt8>) throws(GitConfigFile.SyntaxError) {
        var numbers: [[UInt8]: Int] = [:]
        for entry in try GitConfigFile(file).entries {
            guard entry.section.elementsEqual("submodule".utf8), let name = entry.subsection else { continue }
            let number = numbers[name] ?? sections.count
            if number == sections.count {
                numbers[name] = number
                sections.append(Section(name: name))
            }
            set(entry, number)
        }
    }

    /// The submodule at a path; nil when none claims it.
    public func section(at path: [UInt8]) -> Section? { places[path].map { sections[$0] } }

    private mutating func set(_ entry: GitConfigFile.Entry, _ number: Int) {
        guard let value = entry.value else { return }
        switch String(decoding: entry.name, as: UTF8.self) {
        case "path":
            if let former = sections[number].path, places[former] == number { places[former] = nil }
            sections[number].path = value
            places[value] = number
        case "url": sections[number].url = value
        case "branch": sections[number].branch = value
        case "update": sections[number].update = value
        default: break
        }
    }
}
