import Patterns
import TestSupport
import Testing

@Suite("Git's configuration syntax", .scratch(.memory))
struct GitConfigFileTests {
    /// The settings as `git config --list -z` prints them.
    private func listing(_ text: [UInt8]) throws(GitConfigFile.SyntaxError) -> [UInt8] {
        var listing: [UInt8] = []
        for entry in try GitConfigFile(text.span).entries {
            listing += entry.section + [UInt8(ascii: ".")]
            if let subsection = entry.subsection { listing += subsection + [UInt8(ascii: ".")] }
            listing += entry.name
            if let value = entry.value { listing += [UInt8(ascii: "\n")] + value }
            listing.append(0)
        }
        return listing
    }

    /// Nil where git refuses the file.
    private func git(_ text: [UInt8]) throws -> [UInt8]? {
        let file = "\(Scratch.directory)/file"
        try TestFiles.write(text, to: file)
        let result = try runProgram(["git", "config", "--file", file, "--list", "-z"])
        return result.status == 0 ? result.outputBytes : nil
    }

    private func compare(_ text: [UInt8], _ sourceLocation: SourceLocation = #_sourceLocation) throws {
        let ours: [UInt8]?
        do throws(GitConfigFile.SyntaxError) {
            ours = try listing(text)
        } catch {
            ours = nil
        }
        let expected = try git(text)
        #expect(ours == expected, "\(String(decoding: text, as: UTF8.self))", sourceLocation: sourceLocation)
    }

    @Test(
        "is read as git reads it",
        arguments: [
            "", "[a]\nb=c", "[a \"x y\"]\n\tb = c d  \n", "[A \"Xy\"]\nB-c=1\n[a.B]\nd=2", "[a]b=c;comment\nd=e#f\n",
            "[a]\nb\nc =\nd = \"\"\n", "[a]\nb = \" x # y \" ; z\n", "[a]\nb = x\\\n  y\n", "[a]\nb = \"x\\\ny\"\n",
            "[a]\nb = \\t\\n\\\\\\\"\\b\n", "[a]\nb = \\q\n", "[a]\nb = \"open\n", "[a\n]b=c", "[a \"x\n\"]\nb=c",
            "[a \"x\\\"y\\\\z\\q\"]\nb=c", "[a \"x\"y]\nb=c", "[a\"x\"]\nb=c", "[a]\r\nb=c\r\nd=e\\\r\nf\r\n",
            "\u{FEFF}[a]\nb=c\n", "[a]\n=c\n", "[a]\n1b=c\n", "[a]\nb c=d\n", "[a]\nb\t=\td\n", "[a_b]\nc=d\n",
            "# only\n; comments\n", "[a]\nb = 1\nb = 2\n", "[a]\nb = x \"y  z\" w\n", "[a]\nb=c\\", "[a]\nb=\"c",
            "[a]\nb = a\\\n", "[a] b = c [d]\n", "[a]\nb=ü\n", "[a \"\"]\nb=c\n",
        ])
    func examples(text: String) throws {
        try compare(Array(text.utf8))
    }

    @Test("made of pieces at random is read as git reads it", arguments: 0..<8)
    func random(seed: Int) throws {
        var dice = Dice(seed: UInt64(seed))
        let pieces = [
            "[s]", "[s \"n\"]", "[s \"n\\\"\"]", "[S.x]", "\n", "\n", "\n", "k", "key", " = ", "=", "v", "\"", "\\",
            "\\n",
            "\\\n", "#c", ";c", " ", "\t", "\r\n", "\"a b\"", "[", "]", "-", "ü",
        ]
        for _ in 0..<60 {
            let text = "[s]\n" + (0..<dice.number(1...14)).map { _ in dice.pick(pieces) }.joined()
            try compare(Array(text.utf8))
        }
    }
}

@Suite("What .gitmodules says")
struct SubmoduleFileTests {
    private func read(_ text: String) throws -> SubmoduleFile {
        let bytes = Array(text.utf8)
        return try SubmoduleFile(bytes.span)
    }

    @Test("each submodule has its path, url, branch and update; the rest is passed over")
    func all() throws {
        let file = try read(
            """
            [submodule "libs/one"]
                path = libs/one
                url = ../one.git
                branch = stable
                update = rebase
                fetchRecurseSubmodules = true
            [core]
                path = nowhere
            [submodule "two"]
                URL = https://host/two.git
                Path = two
            """)
        #expect(file.sections.map { String(decoding: $0.name, as: UTF8.self) } == ["libs/one", "two"])
        let one = try #require(file.section(at: Array("libs/one".utf8)))
        #expect(one.url == Array("../one.git".utf8))
        #expect(one.branch == Array("stable".utf8))
        #expect(one.update == Array("rebase".utf8))
        #expect(file.section(at: Array("two".utf8))?.url == Array("https://host/two.git".utf8))
        #expect(file.section(at: Array("nowhere".utf8)) == nil)
    }

    @Test("what is said twice counts as it was said last, as in git")
    func twice() throws {
        let file = try read(
            "[submodule \"a\"]\npath=x\nurl=1\npath=y\nurl=2\n[submodule \"b\"]\npath=z\nurl=3\n[submodule \"c\"]\npath=z\n"
        )
        #expect(file.section(at: Array("x".utf8)) == nil)
        #expect(file.section(at: Array("y".utf8))?.url == Array("2".utf8))
        #expect(file.section(at: Array("z".utf8))?.name == Array("c".utf8))
    }

    @Test("names that differ in case are two submodules")
    func nameCase() throws {
        let file = try read("[submodule \"a\"]\npath=x\n[submodule \"A\"]\nurl=1\n")
        #expect(file.sections.count == 2)
        #expect(file.section(at: Array("x".utf8))?.url == nil)
    }
}
