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
