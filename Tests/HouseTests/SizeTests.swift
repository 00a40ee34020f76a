import Posix
import Testing

@Suite("What a reader meets", .timeLimit(.minutes(1))) struct SizeTests {
    private static let limit = 400

    @Test("no type and no aspect of one is longer than a reader can hold")
    func types() throws {
        for path in try Manifest.swiftFiles(in: "Sources") {
            var start: (line: Int, text: Substring)?
            let lines = try Manifest.text(of: path).split(separator: "\n", omittingEmptySubsequences: false)
            for (number, line) in lines.enumerated() {
                let isDeclaration = ["struct ", "class ", "enum ", "extension ", "protocol "].contains(
                    where: line.contains)
                if isDeclaration, !line.hasPrefix(" "), !line.hasPrefix("//"), line.hasSuffix("{") {
                    start = (number, line)
                }
                guard line == "}", let begun = start else { continue }
                #expect(number - begun.line < Self.limit, "\(path): \(begun.text)")
                start = nil
            }
        }
    }

    @Test("the name of what lies on the disk is in the file of one module")
    func names() throws {
        let owners = [
            ".worktrees": "Deploy/Layout", ".git-sidecar": "Deploy/Layout", "state.json": "Deploy/Layout",
            "releases.log": "Deploy/Layout", "boot": "Deploy/Layout", "trash": "Deploy/Layout",
            "written-index": "Deploy/Releases", "prepared-index": "Deploy/Releases",
            "git-sidecar-filter": "Git/GitFiles",
        ]
        let files = try Manifest.swiftFiles(in: "Sources").map { ($0, try Manifest.text(of: $0)) }
        for (name, owner) in owners {
            let found = files.filter { $0.1.contains("\"\(name)\"") }.map(\.0)
            #expect(!found.isEmpty && found.allSatisfy { $0.hasPrefix("Sources/\(owner)/") }, "\(name): \(found)")
        }
    }
}
