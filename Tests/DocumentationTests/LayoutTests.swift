import Testing

@Suite("The layout of the root")
struct LayoutTests {
    @Test("no module but Layout spells the names of what lies in the root")
    func names() throws {
        let names = [".git-sidecar", ".worktrees", "staging", "trash", "state.json", "releases.log", "boot"]
        // What people read names them too.
        let texts = ["Sources/App/Options/Documents/", "Sources/App/Options/Table/"]
        for file in try files(in: "Sources", ".swift") where !file.hasPrefix("Sources/Deploy/Layout/") {
            if texts.contains(where: file.hasPrefix) { continue }
            for line in try content(of: file).split(separator: "\n") {
                let code = line.drop { $0 == " " }
                if code.hasPrefix("//") || code.contains("\"files\", \"staging\"") { continue }
                // Every second piece is between quotes.
                let pieces = code.split(separator: "\"", omittingEmptySubsequences: false)
                for (position, literal) in pieces.enumerated() where position % 2 == 1 {
                    let parts = literal.split(separator: "/").map(String.init)
                    let spelled = names.filter { parts.contains($0) }
                    #expect(spelled.isEmpty, "\(file): \(code)")
                }
            }
        }
    }
}
