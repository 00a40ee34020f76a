/// Every parameter there is, in the order of the help.
public enum OptionTable {
    /// The rows.
    public static let all: [Option] =
        source + access + syncing + releases + application + hooks + control + log

    /// The row with a name.
    public static func row(named name: String) -> Option? { byName[name] }

    private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// Every current flag by its name.
    static let byFlag = Dictionary(
        all.filter { $0.flag != nil }.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// Every current flag by its letter.
    static let byLetter = Dictionary(
        all.compactMap { row in row.letter.map { ($0, row) } }, uniquingKeysWith: { first, _ in first })

    /// Every former flag by its name, with its row and its place in the row.
    static let byOldFlag: [String: (row: Option, place: Int)] = {
        var flags: [String: (row: Option, place: Int)] = [:]
        for row in all {
            for (place, old) in row.oldNames.enumerated() {
                if let flag = old.flag { flags[flag] = (row, place) }
            }
        }
        return flags
    }()
}

extension OptionTable {
    /// The environment variables, today's and former ones, whose values are secrets and that no child process may see.
    public static let secretVariables: Set<String> = {
        let rows = all.filter { row in
            guard case .value(let access) = row.access else { return false }
            return access.quotable("text") == nil
        }
        return Set(rows.flatMap { row in [row.variable].compactMap { $0 } + row.oldNames.flatMap(\.variables) })
    }()
    /// The variables of an environment that no child process may see: those that hold secrets by their nature, and those
    /// whose value carries one here, such as a URL with a password.
    public static func secretVariables(in environment: [String: String]) -> Set<String> {
        var found = secretVariables.intersection(environment.keys)
        for row in all {
            guard case .value(let access) = row.access else { continue }
            for name in [row.variable].compactMap({ $0 }) + row.oldNames.flatMap(\.variables) {
                if let text = environment[name], access.quotable(text) != text { found.insert(name) }
            }
        }
        return found
    }
}
