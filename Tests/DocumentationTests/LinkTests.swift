import TestSupport
import Testing

@Suite("Links and paths in documents")
struct LinkTests {
    static let documents = (try? files(".md")) ?? []

    @Test("every link leads somewhere", arguments: documents)
    func links(_ document: String) throws {
        let directory = document.split(separator: "/").dropLast().joined(separator: "/")
        let text = withoutCode(try content(of: document))
        for match in text.matches(of: /\]\(([^)\s]+)\)/) {
            let link = String(match.1)
            if link.hasPrefix("https://") || link.hasPrefix("http://") { continue }
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let target = parts[0].isEmpty ? document : resolved(parts[0], in: directory)
            #expect(isThere(target), "\(document): \(link)")
            if parts.count == 2, target.hasSuffix(".md"), isThere(target) {
                #expect(anchors(of: try content(of: target)).contains(parts[1]), "\(document): \(link)")
            }
        }
    }

    @Test("every path of the repository that a document names exists", arguments: documents)
    func paths(_ document: String) throws {
        let named = words(
            in: try content(of: document),
            beginning: ["Sources/", "Tests/", "scripts/", "docs/", "sample-app/", ".ci/"], others: "/.-_+")
        for path in named {
            var path = path
            while path.hasSuffix(".") || path.hasSuffix("/") { path.removeLast() }
            // NAME stands for any of them.
            if path.contains("NAME") { continue }
            #expect(isThere(path), "\(document) names \(path)")
        }
    }

    @Test("every make target that a document names exists", arguments: documents)
    func targets(_ document: String) throws {
        let makefile = try content(of: "Makefile")
        for match in try content(of: document).matches(of: /(?:`|^ *)make ([a-z][a-z0-9-]*)/.anchorsMatchLineEndings())
        {
            let target = String(match.1)
            let isLocal = document.hasPrefix("sample-app/")
            #expect(makefile.contains("\n\(target):") || isLocal, "\(document): make \(target)")
        }
    }

    @Test("the map of the house fits into 200 lines")
    func architecture() throws {
        #expect(
            try content(of: "docs/architecture.md").split(separator: "\n", omittingEmptySubsequences: false).count
                <= 200)
    }

    @Test("every module is on the map")
    func modules() throws {
        let map = try content(of: "docs/architecture.md")
        for name in try TestFiles.list(repositoryTop + "/Sources") {
            // System libraries stand for themselves; the generator is a tool.
            if ["CCrypto", "CCurl", "CLibgit2", "CMicrohttpd", "CZlib", "regenerate"].contains(name) { continue }
            #expect(map.contains(name), "\(name)")
        }
    }

    // A link in code is an example.
    private func withoutCode(_ text: String) -> String {
        var isCode = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            if line.hasPrefix("```") { isCode.toggle() }
            return !isCode && !line.hasPrefix("    ")
        }.map { String($0) }.joined(separator: "\n").replacing(/`[^`\n]*`/, with: "")
    }

    private func resolved(_ link: String, in directory: String) -> String {
        var parts = directory.split(separator: "/")
        for part in link.split(separator: "/") where part != "." {
            if part == ".." { parts = parts.dropLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }

    // As forges make them of headings.
    private func anchors(of text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
                let title = line.drop { $0 == "#" || $0 == " " }.lowercased()
                return String(
                    title.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }.map { $0 == " " ? "-" : $0 })
            })
    }
}
