import TestSupport
import Testing

@testable import Patterns

@Suite("Wildmatch", .scratch(.memory))
struct WildmatchTests {
    @Test(
        "well-known patterns mean what git's manual says",
        arguments: [
            ("a", "a", true), ("a", "b", false), ("a", "a/b", false), ("*", "a", true), ("*", "a/b", false),
            ("*.txt", "a.txt", true), ("*.txt", "x/a.txt", false), ("a*", "abc", true), ("a*", "ab/c", false),
            ("**", "a/b/c", true), ("**/c", "c", true), ("**/c", "a/b/c", true), ("a/**", "a/b/c", true),
            ("a/**", "a", false), ("a/**/d", "a/d", true), ("a/**/d", "a/b/c/d", true), ("a**d", "a/d", false),
            ("a**d", "axd", true), ("?", "/", false), ("[/]", "/", false), ("a[b", "a[b", false), ("a\\", "a\\", false),
            ("", "", true), ("", "a", false), ("*", "", true), ("\\*", "*", true), ("\\*", "a", false),
            ("**\\/x", "x", false), ("**\\/x", "a/x", true),
        ])
    func manual(pattern: String, text: String, expected: Bool) {
        #expect(Wildmatch(pattern).matches(text) == expected)
    }

    @Test("without special slashes a star crosses them")
    func plainSlashes() {
        #expect(Wildmatch("a*d", slashIsSpecial: false).matches("a/b/d"))
        #expect(Wildmatch("a?b", slashIsSpecial: false).matches("a/b"))
        #expect(Wildmatch("*.c", slashIsSpecial: false).matches("a/b.c"))
    }

    @Test("thousands of made-up patterns match what git matches", arguments: [1, 2, 3, 4])
    func likeGit(seed: UInt64) throws {
        let git = try Git()
        var corpus = Corpus(dice: Dice(seed: seed))
        let paths = corpus.paths(600)
        // A slash makes git match the whole path, and an escape at the front keeps it from cutting off what is literal.
        let patterns = (0..<1000).map { _ -> String in
            let pattern = corpus.pattern()
            let first = pattern.first.map(String.init) ?? ""
            return "*?[\\".contains(first) ? pattern : "\\" + pattern
        }.filter { $0.dropLast().contains("/") && $0.last != "/" && !$0.hasPrefix("\\/") }
        let file = patterns.enumerated().map { "\(quoted($1)) p\($0)\n" }.joined()
        try git.write(".gitattributes", Array(file.utf8))
        let output = fields(try git.run("git check-attr --stdin -z -a", input: joined(paths)))
        var expected: Set<String> = []
        for index in stride(from: 0, to: output.count, by: 3) {
            expected.insert(output[index] + "\0" + output[index + 1])
        }
        #expect(expected.count > 1000)
        for (number, pattern) in patterns.enumerated() {
            let compiled = Wildmatch(pattern)
            for path in paths where compiled.matches(path) != expected.contains("\(path)\0p\(number)") {
                Issue.record("\(pattern) and \(path): git says \(!compiled.matches(path))")
            }
        }
    }

    @Test("every byte is in the classes that git puts it in")
    func classes() throws {
        let git = try Git()
        let names = [
            "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit",
        ]
        let paths = (1...255).filter { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ".") }.map { [UInt8($0)] }
        let file = names.map { "[[:\($0):]] \($0)\n[![:\($0):]] not-\($0)\n" }.joined()
        try git.write(".gitattributes", Array(file.utf8))
        let output = try git.run("git check-attr --stdin -z -a", input: paths.flatMap { $0 + [0] })
        let parts = output.split(separator: 0, omittingEmptySubsequences: false)
        var expected: Set<[UInt8]> = []
        for index in stride(from: 0, to: parts.count - 2, by: 3) {
            expected.insert(Array(parts[index]) + parts[index + 1])
        }
        for name in names {
            for path in paths {
                #expect(
                    Wildmatch("[[:\(name):]]").matches(path.span) == expected.contains(path + Array(name.utf8)),
                    "\(name) \(path)")
                #expect(
                    Wildmatch("[![:\(name):]]").matches(path.span)
                        == expected.contains(path + Array("not-\(name)".utf8)),
                    "not \(name) \(path)")
            }
        }
    }

    @Test(
        "a hostile pattern costs at most the product of the lengths",
        arguments: [
            String(repeating: "*a", count: 50) + "c", String(repeating: "**/a/", count: 40) + "c",
            String(repeating: "**/*a*a*/", count: 40) + "c", String(repeating: "[ab]*", count: 100) + "c",
        ])
    func bounded(pattern: String) {
        let compiled = Wildmatch(pattern)
        for text in [
            String(repeating: "a", count: 4000), String(repeating: "a/", count: 2000),
            String(repeating: "aaaaaaa/", count: 500), String(repeating: "ab", count: 2000),
        ] {
            var steps = 0
            let bytes = Array(text.utf8)
            #expect(!compiled.matchComponents(bytes.span, from: 0, steps: &steps))
            #expect(steps <= 2 * (pattern.utf8.count + 1) * (bytes.count + 1))
        }
    }

    @Test("a pattern that cannot match below a directory says so, and never wrongly")
    func below() {
        var corpus = Corpus(dice: Dice(seed: 9))
        let paths = corpus.paths(500)
        var certain = 0
        for _ in 0..<500 {
            let compiled = Wildmatch(corpus.pattern())
            for path in paths {
                guard let slash = path.lastIndex(of: "/") else { continue }
                let directory = Array(path[..<slash].utf8)
                let mayMatch = compiled.mayMatchBelow(directory.span, from: 0)
                certain += mayMatch ? 0 : 1
                if compiled.matches(path), !mayMatch { Issue.record("\(path)") }
            }
        }
        #expect(certain > 10_000)
    }
}
