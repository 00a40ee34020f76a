extension OptionTable {
    /// The environment variables, today's and former ones, whose values are secrets and that no child process may see.
    public static let secretVariables: Set<String> = {
        let rows = all.filter { row in
            guard case .value(let access) = row.access else { return false }
            return access.quotable("text") == nil
        }
        return Set(rows.flatMap { row in [row.variable].compactMap { $0 } + row.oldNames.flatMap(\.variables) })
    }()
}
