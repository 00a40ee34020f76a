import Patterns
import TestSupport
import Testing

extension SparseRules {
    fileprivate func mayContain(_ directory: String) -> Bool {
        let bytes = Array(directory.utf8)
        return mayContain(bytes.span)
    }

    fileprivate func containsAll(_ directory: String) -> Bool {
        let bytes = Array(directory.utf8)
        return containsAll(bytes.span)
    }
}

@Suite("Sparse rules", .scratch(.memory))
struct SparseRulesTests {
    private static let names = ["a", "b", "c", "d.md", "a b", "*", "x[1]", "\\", "é"]

    /// A tree with files, symbolic links and submodules, three levels deep.
    private static func tree(_ dice: inout Dice) -> [String: String] {
        var modes: [String: String] = [:]
        func fill(_ prefix: String, _ depth: Int, _ dice: inout Dice) {
            for name in names {
                switch dice.number(0...9) {
                case 0...3: modes[prefix + name] = "100644"
                case 4: modes[prefix + name] = "120000"
                case 5: modes[prefix + name] = "160000"
                case 6...8 where depth < 3: fill(prefix + name + "/", depth + 1, &dice)
                default: continue
                }
            }
        }
        fill("", 0, &dice)
        return modes
    }

    private static func coneFile(_ paths: [String], _ dice: inout Dice) -> String {
        func escaped(_ path: String) -> String {
            path.flatMap { "*?[\\".contains($0) ? "\\\($0)" : String($0) }.map(String.init).joined()
        }
        var lines = dice.number(0...9) == 0 ? [] : ["/*", "!/*/"]
        for _ in 0..<dice.number(0...4) {
            let parts = dice.pick(paths).split(separator: "/").dropLast()
            var directory = ""
            for part in parts.dropLast() {
                directory += "/" + escaped(String(part))
                if dice.number(0...3) > 0 { lines += [directory + "/", "!\(directory)/*/"] }
            }
            if let last = parts.last { lines.append("\(directory)/\(escaped(String(last)))/") }
        }
        return lines.joined(separator: dice.number(0...9) == 0 ? "\r\n" : "\n")
    }

    private static func patternFile(_ paths: [String], _ dice: inout Dice) -> String {
        var corpus = Corpus(dice: dice)
        let lines = (0..<dice.number(1...7)).map { _ -> String in
            let path = dice.pick(paths)
            let mark = dice.number(0...2) == 0 ? "!" : ""
            let parts = path.split(separator: "/").map(String.init)
            switch dice.number(0...11) {
            case 0: return "# \(path)"
            case 1: return "/*"
            case 2: return "!/*/"
            case 3: return mark + "/" + parts[0] + "/"
            case 4: return mark + path
            case 5: return mark + "*.md"
            case 6: return mark + parts[parts.count - 1] + dice.pick(["", "/", " ", "\\ ", "\r"])
            case 7: return mark + "/*/" + parts[parts.count - 1]
            case 8: return mark + parts.dropLast().joined(separator: "/") + "/"
            case 9: return mark + "**/" + parts[parts.count - 1] + "/"
            case 10: return dice.pick(["", "  ", "\\!a", "\\#", "!", "/", "//"])
            default: return mark + corpus.pattern()
            }
        }
        return lines.joined(separator: "\n") + dice.pick(["", "\n"])
    }

    @Test(
        "files of all shapes select what git selects",
        arguments: [
            (1, true, true), (2, true, true), (3, false, true), (4, false, true), (5, true, false), (6, false, false),
            (7, true, true), (8, false, true),
        ])
    func likeGit(seed: UInt64, coneShaped: Bool, automatic: Bool) throws {
        let git = try Git()
        var dice = Dice(seed: seed)
        let modes = SparseRulesTests.tree(&dice)
        let paths = modes.keys.sorted()
        let blob = String(decoding: try git.run("git hash-object -w --stdin", input: [97]).dropLast(), as: UTF8.self)
        try git.run(
            "git update-index -z --index-info",
            input: modes.sorted { $0.key < $1.key }.flatMap { Array("\($0.value) \(blob)\t\($0.key)".utf8) + [0] })
        try git.run(
            "git commit -qm x; git config core.sparseCheckout true; git config core.sparseCheckoutCone \(automatic); mkdir -p .git/info"
        )
        for _ in 0..<30 {
            let file = coneShaped ? SparseRulesTests.coneFile(paths, &dice) : SparseRulesTests.patternFile(paths, &dice)
            try git.write(".git/info/sparse-checkout", Array(file.utf8))
            let output = fields(
                try git.run("rm -rf .git/index *; git read-tree --reset -u HEAD; git ls-files -t -z"))
            let expected = Set(output.filter { !$0.hasPrefix("S ") }.map { String($0.dropFirst(2)) })
            #expect(output.count == paths.count)
            compare(file, modes, expected, reading: automatic ? .automatic : .patterns)
        }
    }

    private func compare(
        _ file: String, _ modes: [String: String], _ expected: Set<String>, reading: SparseRules.Reading
    ) {
        let rules = SparseRules(Array(file.utf8).span, reading: reading)
        var differences: [String] = []
        for path in modes.keys {
            let bytes = Array(path.utf8)
            let isTaken = expected.contains(path)
            if rules.includes(bytes.span) != isTaken { differences.append(path) }
            var directories = [""]
            for part in path.split(separator: "/").dropLast() {
                directories.append(directories[directories.count - 1] + (directories.count == 1 ? part : "/" + part))
            }
            for directory in directories {
                if isTaken, !rules.mayContain(directory) { differences.append("may not contain: \(directory)") }
                if !isTaken, rules.containsAll(directory) { differences.append("contains all: \(directory)") }
            }
        }
        #expect(differences.isEmpty, "with:\n\(file)\ngit takes \(expected.sorted().prefix(20))")
    }

    @Test(
        "`git sparse-checkout init` reads a file that is there as we do",
        arguments: [
            "/*\n!/*/\n/a/\n", "/a/\n", "/a/b/\n", "/a/b/c/\n", "a\n", "/*\n!/b\n", "", "/*\n", "*.md\n",
            "docs/\n!docs/x\n", "/a\n/b/\n",
            "!/*/\n", "/*\n!/*/\n/a/\n!/a/*/\n", "/*\n!/*/\n/a/\n!/a/*/\n/a/b/\n", "/a/\n/a/b/\n", "/*\n!/*/\n/a/b/\n",
        ])
    func initialised(file: String) throws {
        let git = try Git()
        var modes: [String: String] = [:]
        for path in ["x", "x.md", "a/x", "a/b/x", "a/b/c/x", "a/b/y.md", "b/x", "b/a", "docs/x", "docs/y", "c/a/x"] {
            modes[path] = "100644"
            try git.run("mkdir -p $(dirname \(path)); echo 1 > \(path)")
        }
        try git.run(
            "git add .; git commit -qm x; git worktree add -q --no-checkout wt; mkdir -p .git/worktrees/wt/info")
        try git.write(".git/worktrees/wt/info/sparse-checkout", Array(file.utf8))
        let output = fields(
            try git.run("cd wt; git sparse-checkout init >../.git/log; git reset -q --hard; git ls-files -t -z"))
        let expected = Set(output.filter { !$0.hasPrefix("S ") }.map { String($0.dropFirst(2)) })
        compare(file, modes, expected, reading: .automatic)
    }

    @Test("whole directories are known without looking into them")
    func subtrees() {
        let cone = SparseRules(Array("/*\n!/*/\n/a/\n!/a/*/\n/a/b/\n".utf8).span)
        #expect(cone.isCone)
        #expect(cone.containsAll("a/b") && cone.containsAll("a/b/c"))
        #expect(cone.mayContain("a") && !cone.containsAll("a"))
        #expect(!cone.mayContain("a/c/d") && !cone.mayContain("b/c"))
        let patterns = SparseRules(Array("/*\n!/docs/\n/lib/*/src\n!*.tmp\n".utf8).span, reading: .patterns)
        #expect(!patterns.isCone)
        #expect(!patterns.containsAll("web"))
        let plain = SparseRules(Array("/*\n!/docs/\n".utf8).span, reading: .patterns)
        #expect(plain.containsAll("web") && plain.containsAll("web/x"))
        #expect(!plain.mayContain("docs") && !plain.mayContain("docs/x"))
        let deep = SparseRules(Array("/lib/*/src\n".utf8).span, reading: .patterns)
        #expect(deep.mayContain("lib/x") && deep.containsAll("lib/x/src/y"))
        #expect(!deep.mayContain("lib/x/test") && !deep.mayContain("web"))
    }
}
