import Testing

@testable import Reload

@Suite("Rules")
struct RuleTests {
    @Test(
        "patterns mean what they would mean in .gitignore",
        arguments: [
            ("*.conf", "a.conf", true), ("*.conf", "site/b.conf", true), ("*.conf", "a.conf.txt", false),
            ("/*.conf", "site/b.conf", false), ("site/*.conf", "site/b.conf", true),
            ("site/*.conf", "site/deep/b.conf", false), ("site/**", "site/deep/b.conf", true),
            ("site/**/b.conf", "site/b.conf", true), ("site", "site/deep/b", true), ("site/", "site/deep/b", true),
            ("site/", "site", false), ("docs", "site/docs/x", true), ("/docs", "site/docs/x", false),
            ("sub", "sub/", true), ("sub/", "sub/", true), ("sub/**", "sub/", true), ("/sub/**", "sub/", true),
            ("sub/*.js", "sub/", false), ("other/**", "sub/", false), ("[ab]?.js", "x/a1.js", true),
            ("**", "anything/at/all", true), ("*", "a/b", true), ("A", "a", false),
        ])
    func patterns(pattern: String, path: String, matches: Bool) {
        let bytes = Array(path.utf8)
        let matched = ChangePattern(pattern).matches(bytes.span)
        #expect(matched == matches)
    }

    @Test("paths that are no text can match")
    func bytes() {
        let path: [UInt8] = [0xff, UInt8(ascii: "."), UInt8(ascii: "c")]
        let matched = ChangePattern("*.c").matches(path.span)
        #expect(matched)
    }

    private let reload = Action.signal(1, [.name("web")])
    private let proxy = Action.signal(1, [.name("proxy")])

    private func actions(_ paths: [String], _ rules: [ActionRule]) -> [Action] {
        ActionRule.actions(for: paths.map { Array($0.utf8) }, rules: rules, defaults: [reload])
    }

    @Test("each action is done once, in the order of the rules, the default one last")
    func order() {
        let rules = [ActionRule(["*.pem"], proxy), ActionRule(["*.md"], .touch("/x")), ActionRule(["c"], proxy)]
        #expect(actions(["z", "c", "b.md", "a.pem", "d.pem"], rules) == [proxy, .touch("/x"), reload])
        #expect(actions(["a.pem"], rules) == [proxy])
    }

    @Test("what a rule needs nothing for does not call for the default action")
    func none() {
        let rules = [ActionRule(["docs/", "*.md"], .none)]
        #expect(actions(["docs/a", "README.md"], rules) == [])
        #expect(actions(["docs/a", "app.js"], rules) == [reload])
    }

    @Test("a new commit with the same tree takes the default action: its directory is another")
    func emptyChange() {
        #expect(actions([], [ActionRule(["*"], .none)]) == [reload])
    }
}
