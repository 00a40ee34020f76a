import Patterns
import TestSupport
import Testing

@Suite("Attributes", .scratch(.memory))
struct AttributeRulesTests {
    private let names = ["text", "crlf", "eol", "ident", "working-tree-encoding", "filter"]

    /// Rules of a directory, made the way a walk makes them.
    private func rules(of directory: String, _ files: [String: String], info: String = "") -> AttributeRules {
        var rules = AttributeRules(
            root: Array((files[""] ?? "").utf8).span, info: Array(info.utf8).span)
        var path = ""
        for part in directory.split(separator: "/") {
            path += path.isEmpty ? part : "/" + part
            if let file = files[path] {
                rules = rules.entering(Array(path.utf8).span, file: Array(file.utf8).span)
            }
        }
        return rules
    }

    private func attributes(_ path: String, _ rules: AttributeRules) -> CheckoutAttributes {
        let bytes = Array(path.utf8)
        return rules.attributes(of: bytes.span)
    }

    /// Reads what `git check-attr` prints into our own value.
    private func value(_ said: [String: String]) -> CheckoutAttributes {
        var result = CheckoutAttributes()
        func text(_ name: String) -> CheckoutAttributes.Text {
            switch said[name] {
            case "set": .set
            case "unset": .unset
            case "auto": .auto
            case "input": .input
            default: .unspecified
            }
        }
        result.text = text("text")
        result.crlf = text("crlf")
        result.endOfLine = said["eol"] == "lf" ? .lf : said["eol"] == "crlf" ? .crlf : .unspecified
        result.ident = said["ident"] == "set"
        switch said["working-tree-encoding"] {
        case nil, "unspecified", "": result.encoding = .unspecified
        case "set", "unset": result.encoding = .unnamed
        case .some(let name): result.encoding = .named(name)
        }
        if let filter = said["filter"], !["set", "unset", "unspecified"].contains(filter) { result.filter = filter }
        return result
    }

    /// Compares with git for each of the paths.
    private func compare(_ paths: [String], _ files: [String: String], info: String) throws -> Int {
        let git = try Git()
        for (directory, file) in files {
            if !directory.isEmpty { try git.run("mkdir -p \"\(directory)\"") }
            try git.write(directory + "/.gitattributes", Array(file.utf8))
        }
        try git.write(".git/info/attributes", Array(info.utf8))
        let output = fields(
            try git.run("git check-attr --stdin -z \(names.joined(separator: " "))", input: joined(paths)))
        var said: [String: [String: String]] = [:]
        for index in stride(from: 0, to: output.count, by: 3) {
            said[output[index], default: [:]][output[index + 1]] = output[index + 2]
        }
        var interesting = 0
        for path in paths {
            let directory = path.split(separator: "/").dropLast().joined(separator: "/")
            let ours = attributes(path, rules(of: directory, files, info: info))
            let expected = value(said[path] ?? [:])
            interesting += expected.isEmpty ? 0 : 1
            #expect(ours == expected, "\(path) with \(files) and \(info)")
        }
        return interesting
    }

    @Test("made-up files in nested directories give what git gives", arguments: 1...25)
    func likeGit(seed: UInt64) throws {
        var corpus = Corpus(dice: Dice(seed: seed &* 77))
        let words = [
            "text", "-text", "!text", "text=auto", "text=input", "text=odd", "eol=lf", "eol=crlf", "-eol", "!eol",
            "eol",
            "crlf", "-crlf", "crlf=input", "crlf=auto", "ident", "-ident", "!ident", "ident=x", "filter=lfs", "-filter",
            "!filter", "filter", "working-tree-encoding=UTF-16", "working-tree-encoding=latin1",
            "-working-tree-encoding",
            "!working-tree-encoding", "working-tree-encoding=", "working-tree-encoding", "binary", "-binary", "!binary",
            "diff", "merge=union", "export-ignore", "m1", "m2", "m3", "-m1", "!m2", "m1=v", "-text=auto", "bad/name",
            "--x",
        ]
        func line(_ corpus: inout Corpus) -> String {
            let kind = corpus.dice.number(0...20)
            let given = (0..<corpus.dice.number(1...4)).map { _ in corpus.dice.pick(words) }.joined(separator: " \t")
            switch kind {
            case 0: return "[attr]m\(corpus.dice.number(1...3)) \(given)"
            case 1: return "\"[attr] m2\" \(given)"
            case 2: return "# comment \(given)"
            case 3: return "  \t"
            case 4: return "!\(corpus.pattern()) \(given)"
            case 5: return quoted(corpus.pattern()) + given
            case 6: return "\"a\\qb\" \(given)"
            case 7: return " * \(given)\r"
            case 8, 9, 10: return "*.\(corpus.dice.pick(["a", "b", "c"])) \(given)"
            case 11, 12: return "* \(given)"
            case 13: return "a/ \(given)"
            default: return corpus.pattern() + " " + given
            }
        }
        func file(_ corpus: inout Corpus) -> String {
            (0..<corpus.dice.number(1...12)).map { _ in line(&corpus) }.joined(separator: "\n")
        }
        let paths = (0..<400).map { _ -> String in
            let names = (0..<corpus.dice.number(1...4)).map { _ in
                corpus.dice.pick(["a", "b", "c", "a.b", "ab", "b.a"])
            }
            return names.joined(separator: "/")
        }
        var files = ["": file(&corpus)]
        for directory in ["a", "b", "a/b", "a/b/c", "a.b"] where corpus.dice.number(0...2) > 0 {
            files[directory] = file(&corpus)
        }
        let info = corpus.dice.number(0...1) == 0 ? file(&corpus) : ""
        #expect(try compare(paths, files, info: info) >= 0)
    }

    @Test(
        "macros, their order and where they may stand are git's",
        arguments: [
            (["": "[attr]doc text eol=crlf\n*.md doc\n"], ""),
            (["": "*.md doc\n[attr]doc text eol=crlf\n[attr]doc ident\n"], ""),
            (["": "*.md doc\n[attr]doc text\n"], "[attr]doc -text\n"),
            (["": "*.md doc\n"], "[attr]doc ident deep\n[attr]deep filter=lfs\n"),
            (["": "*.md doc\n*.md -doc\n[attr]doc text"], ""),
            (["": "*.md text\n*.md doc\n[attr]doc !text eol=lf"], ""),
            (["": "* text", "a": "[attr]doc -text\n*.md doc\n"], ""),
            (["": "[attr]text ident\n* text"], ""),
            (["": "[attr]one two\n[attr]two one ident\n* one"], ""),
            (["": "[attr]binary text\n*.md binary"], ""),
            (["": "*.md binary text=auto\n", "a": "*.md text=auto binary\n"], ""),
            (["": "*.md -text=auto\n"], ""),
            (["": "\u{FEFF}*.md text\n"], ""),
            (["": "*.md text\n\0*.md -text\n"], ""),
            (["": "*.md text \(String(repeating: "x", count: 2037))\n"], ""),
            (["": "*.md text \(String(repeating: "x", count: 2038))\n"], ""),
            (["": "*.md text\r\n*.md ident\r\n"], ""),
            (["": "\"x.md\"text\n"], ""),
            (["": "a**/x.md text\n/x.md ident\n**/x.md eol=lf"], ""),
        ])
    func special(files: [String: String], info: String) throws {
        _ = try compare(["x.md", "a/x.md", "a/b/x.md", "ab/x.md", "other"], files, info: info)
    }

    @Test("files that say nothing about working files leave no rules behind")
    func emptyRules() {
        #expect(AttributeRules().isEmpty)
        #expect(rules(of: "", ["": "*.png diff=exif\n/x export-ignore\n[attr]m merge\n* m\n"]).isEmpty)
        #expect(!rules(of: "", ["": "*.png binary\n"]).isEmpty)
    }

    @Test("lines without effect are named, with their number")
    func ignoredLines() {
        let rules = rules(of: "a", ["": "*.c text\n!x text\n* -\n", "a": "[attr]m text\n"])
        #expect(
            rules.ignoredLines.map(\.description) == [
                ".gitattributes:2: negative patterns are not allowed",
                ".gitattributes:3: not a valid attribute name",
                "a/.gitattributes:1: macros are allowed only in the root's .gitattributes and in info/attributes",
            ])
    }

    @Test("a file kept in Git LFS is known as such")
    func largeFiles() {
        let rules = rules(of: "", ["": "*.bin filter=lfs diff=lfs merge=lfs -text\n"])
        #expect(attributes("x.bin", rules).isLargeFilePointer)
        #expect(!attributes("x.c", rules).isLargeFilePointer)
    }

    @Test("more macros than any project has are cut off, and said")
    func manyMacros() {
        let lines = (0..<5000).map { "[attr]m\($0) m\($0 + 1)\n" }.joined() + "[attr]m5000 text\n* m4990\n*.x m0\n"
        let rules = rules(of: "", ["": lines])
        #expect(attributes("a", rules).text == .set)
        #expect(rules.ignoredLines.count == 1)
    }
}
