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
