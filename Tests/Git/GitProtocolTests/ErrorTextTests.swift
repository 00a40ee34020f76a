import Testing

@testable import GitProtocol

@Suite("What a server says")
struct ErrorTextTests {
    @Test(
        "is made safe to print",
        arguments: [
            ("fatal:  no\r\nway\t!\n", "fatal: no way !"),
            ("\u{1B}[1;31mred\u{1B}[0m and \u{1B}]0;title\u{07}plain\u{1B}c", "red and plain"),
            ("\u{1B}]8;;http://x/\u{1B}\\link\u{9B}5mend", "linkend"),
            ("a\u{0}b\u{8}c\u{7F}d\u{202E}e\u{200B}f", "abcdef"),
            ("see https://name:pass@host/x.git now", "see https://***@host/x.git now"),
            ("see 'ssh://git@host:22/x'", "see 'ssh://***@host:22/x'"),
            ("https://name:pa/ss@host/x", "https://***@host/x"),
            ("https://host:8080/a@b http://t@h https://:@y", "https://host:8080/a@b http://***@h https://***@y"),
            ("at http://host/path@v1", "at http://host/path@v1"),
            ("", ""),
        ])
    func safe(words: String, text: String) {
        #expect(printableText(Array(words.utf8).span) == text)
    }

    @Test("is never longer than the limit, and a password that was cut is not shown")
    func bounded() {
        #expect(printableText(Array(String(repeating: "ö", count: 5000).utf8).span).unicodeScalars.count == 1001)
        let address = "https://" + String(repeating: "p", count: 3000) + "@host/"
        #expect(printableText(Array(address.utf8).span) == "https://***…")
        #expect(printableText([0xFF, 0xC3, 0x28].span) == "\u{FFFD}\u{FFFD}(")
    }

    @Test(
        "gets a hint where a person can act",
        arguments: [
            ("upload-pack: not our ref 0123", "uploadpack.allowReachableSHA1InWant"),
            ("Server does not allow request for unadvertised object 0123", "uploadpack.allowAnySHA1InWant"),
            ("detected dubious ownership in repository", "safe.directory"),
            ("want 0123 not valid", "name a branch or tag"),
            ("Repository not found.", "credentials"),
            ("aborting due to possible repository corruption on the remote side.", "git fsck"),
        ])
    func hints(words: String, hint: String) {
        let error = ProtocolError.refused("fetch", Array(words.utf8).span)
        #expect(error.hint?.contains(hint) == true)
        #expect(error.serverText == words)
        #expect(error.description == "cannot fetch: the server said: \(words)")
    }

    @Test("gets no hint otherwise")
    func noHint() {
        #expect(ProtocolError.refused("fetch", Array("out of memory".utf8).span).hint == nil)
    }
}
