import Options
import Testing

@Suite("The page about migrating")
struct MigrationTests {
    private static let page = committed("docs/migrating.md")

    /// The cells of the rows of a table under a heading, without the backquotes.
    private static func table(_ heading: String) -> [[String]] {
        let section = page.split(separator: "\n## ").first { $0.hasPrefix(heading + "\n") } ?? ""
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        return rows.map { row in
            row.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false).map { cell in
                String(
                    cell.replacing("`", with: "").trimmingPrefix { $0 == " " }.reversed().trimmingPrefix { $0 == " " }
                        .reversed())
            }
        }
    }

    @Test("every parameter is either one of git-sync's, with a verdict, or listed as ours, and nothing else is there")
    func parameters() {
        let shared = MigrationTests.table("Parameters of git-sync")
        let section = MigrationTests.page.split(separator: "\n## ").first { $0.hasPrefix("Not in git-sync\n") } ?? ""
        let ours = section.matches(of: /`(--[a-z0-9-]+)`/).map { String($0.1) }
        let listed = shared.map { $0[0] } + ours
        #expect(listed.sorted() == OptionTable.all.map(\.label).sorted())
        for row in shared {
            #expect(["same", "better", "different"].contains(row[1]), "\(row)")
            #expect(row[1] == "same" || !row[2].isEmpty, "\(row[0]) lacks a reason")
        }
    }

    @Test("every old name is there with what it became, and no other")
    func oldNames() {
        var expected: [String: String] = [:]
        for row in OptionTable.all {
            for old in row.oldNames {
                if let flag = old.flag { expected["--\(flag)"] = row.flag ?? row.variable }
                for variable in old.variables { expected[variable] = row.variable }
            }
        }
        let rows = MigrationTests.table("Old names")
        #expect(rows.map { $0[0] }.sorted() == expected.keys.sorted())
        for row in rows {
            // What has no effect any more says why, in place of a name.
            #expect(row[1] == (row[1] == "-" ? "-" : expected[row[0]]), "\(row)")
            #expect(row[1] != "-" || !row[2].isEmpty, "\(row)")
        }
    }

    @Test("every parameter that the page mentions exists")
    func mentioned() {
        let known = Set(
            OptionTable.all.flatMap { row in
                [row.flag, row.variable].compactMap { $0 }
                    + row.oldNames.flatMap { ($0.flag.map { ["--\($0)"] } ?? []) + $0.variables }
            })
        for match in MigrationTests.page.matches(of: /--[a-z][a-z0-9-]+/) {
            #expect(known.contains(String(match.0)), "\(match.0)")
        }
    }
}
