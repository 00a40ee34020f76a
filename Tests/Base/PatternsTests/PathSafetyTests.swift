import Patterns
import TestSupport
import Testing

@Suite("Safety of paths", .scratch(.memory))
struct PathSafetyTests {
    /// Names that come near `.git` and `.gitmodules` from all sides.
    private func candidates() -> [[UInt8]] {
        let heads = [
            ".git", ".GIT", ".Git", "git~1", "GIT~1", "git~2", "git~10", ".gi", ".gitx", "x.git", ".", "..", "...",
            ". ", ".. ",
            ".gitmodules", ".GitModules", "gitmod~1", "GITMOD~4", "gitmod~5", "gi7eba~1", "gi7eb~10", "gi7eba~0",
            "gi7~1234",
            "~1000000", "gi7eba~", "GI7EBA~9", "g~123456", "gi7eba1", "gitmodules", ".gitattributes", ".gitignore",
            "\u{200C}.git", ".g\u{200D}it", ".git\u{FEFF}", ".g\u{206F}\u{202E}it", ".g\u{2010}it", ".\u{200C}.",
            "\u{200C}.",
            ".gitmo\u{200E}dules", "g\u{200C}it~1", "é", "a", "-", " ", ".g\u{0130}t",
        ]
        let tails = [
            "", " ", ".", " . ", "::$INDEX_ALLOCATION", ":x", "x", "\\x", " \\x", "\\.git", "\\..", "\\git~1 ", "\\",
        ]
        var result: [[UInt8]] = []
        for head in heads { for tail in tails { result.append(Array((head + tail).utf8)) } }
        for tail in tails { result.append(Array(("a\\.gitmodules" + tail).utf8)) }
        let ends: [[UInt8]] = [
            [0xE2, 0x80], [0xFF], [0xFF, 0xFE], [0xC0, 0xAF], [0xC2], [0xC3, 0xA9], [0xE0, 0x9F, 0x80],
            [0xED, 0xA0, 0x80],
            [0xEF, 0xBF, 0xBE], [0xEF, 0xBF, 0xBD], [0xF0, 0x8F, 0x80, 0x80], [0xF0, 0x9F, 0x98, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x41, 0x80], [0x80],
        ]
        return result + ends + ends.map { Array(".git".utf8) + $0 } + ends.map { Array(".gitmodules".utf8) + $0 + [97] }
    }

    @Test("every spelling is refused or taken as git does it", arguments: [false, true])
    func likeGit(isSymlink: Bool) throws {
        let git = try Git()
        let blob = String(decoding: try git.run("git hash-object -w --stdin", input: [97]).dropLast(), as: UTF8.self)
        for wrap in ["", "dir/", "x/y/"] {
            let names = candidates()
            var lines: [UInt8] = []
            for name in names {
                lines += Array("\(isSymlink ? "120000" : "100644") \(blob)\t\(wrap)".utf8) + name + [0]
            }
            try git.run(
                "rm -f .git/index; git -c core.protectHFS=true -c core.protectNTFS=true update-index -z --index-info",
                input: lines)
            let taken = Set(try git.run("git ls-files -z").split(separator: 0).map { Array($0) })
            for name in names {
                let path = Array(wrap.utf8) + name
                let words = String(decoding: path, as: UTF8.self)
                #expect(
                    (PathSafety.refusal(ofPath: path.span, isSymlink: isSymlink) == nil) == taken.contains(path),
                    "\(words)")
                #expect(
                    (PathSafety.refusal(ofName: name.span, isSymlink: isSymlink) == nil) == taken.contains(path),
                    "\(words)")
            }
        }
    }

    @Test(
        "a name that cannot be one name is refused, with the reason",
        arguments: [
            ("", PathSafety.Refusal.empty), ("a/b", .slash), ("a\0b", .zeroByte), (".", .dots), ("..", .dots),
            (".GIT", .dotGit),
        ])
    func reasons(name: String, reason: PathSafety.Refusal) {
        let bytes = Array(name.utf8)
        #expect(PathSafety.refusal(ofName: bytes.span) == reason)
    }

    @Test("empty components are refused", arguments: ["/a", "a//b", "a/", ""])
    func emptyComponents(path: String) {
        let bytes = Array(path.utf8)
        #expect(PathSafety.refusal(ofPath: bytes.span) == .empty)
    }

    @Test(
        "submodule names stay in their directory",
        arguments: [
            ("lib", nil), ("a/b", nil), ("a..b", nil), ("..", SubmoduleSafety.Refusal.escapes), ("a/../b", .escapes),
            ("a\\..\\b", .escapes), ("", .empty), ("/a", .absolute), ("-x", .looksLikeOption),
            ("a\nb", .controlCharacter),
        ])
    func submoduleNames(name: String, reason: SubmoduleSafety.Refusal?) {
        let bytes = Array(name.utf8)
        #expect(SubmoduleSafety.refusal(ofName: bytes.span) == reason)
    }

    @Test(
        "submodule paths stay in the release",
        arguments: [
            ("lib", nil), ("a/b", nil), ("../a", SubmoduleSafety.Refusal.escapes), ("a/..", .escapes),
            ("/a", .absolute),
            ("-x", .looksLikeOption), ("a/.git/b", .forbiddenComponent), ("a/GIT~1", .forbiddenComponent),
            ("a//b", .forbiddenComponent),
        ])
    func submodulePaths(path: String, reason: SubmoduleSafety.Refusal?) {
        let bytes = Array(path.utf8)
        #expect(SubmoduleSafety.refusal(ofPath: bytes.span) == reason)
    }

    @Test(
        "submodule URLs name a server, and nothing that runs a program",
        arguments: [
            ("https://example.org/a.git", nil), ("HTTPS://example.org/a", nil), ("ssh://git@example.org:22/a", nil),
            ("git@example.org:a/b.git", nil), ("../other.git", nil), ("./a", nil),
            ("ext::sh -c touch%20x", SubmoduleSafety.Refusal.transport),
            ("fd::1", .transport), ("file:///etc", .transport), ("git://example.org/a", .transport),
            ("/srv/a", .absolute),
            ("a/b", .absolute), ("--upload-pack=x", .looksLikeOption), ("ssh://-oProxyCommand=x/a", .looksLikeOption),
            ("ssh://u@-oProxyCommand=x/a", .looksLikeOption), ("-oX:a", .looksLikeOption),
            ("u@-oX:a", .looksLikeOption),
            ("host:-x", .looksLikeOption), ("https://a/b\nc", .controlCharacter), ("", .empty),
        ])
    func submoduleURLs(url: String, reason: SubmoduleSafety.Refusal?) {
        let bytes = Array(url.utf8)
        #expect(SubmoduleSafety.refusal(ofURL: bytes.span) == reason)
    }

    @Test("a parent from this machine may have submodules from it", arguments: ["file:///srv/a", "/srv/a", "srv/a"])
    func localURLs(url: String) {
        let bytes = Array(url.utf8)
        #expect(SubmoduleSafety.refusal(ofURL: bytes.span, allowsLocal: true) == nil)
    }
}
