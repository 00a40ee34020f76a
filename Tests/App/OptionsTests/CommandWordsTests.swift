import Options
import Testing

@Suite("Command lines")
struct CommandWordsTests {
    @Test(
        "they fall into the words that a shell would make of them",
        arguments: [
            ("true", ["true"]), ("npm ci", ["npm", "ci"]), ("  a \t b\nc ", ["a", "b", "c"]),
            ("nginx -t -c 'a b'", ["nginx", "-t", "-c", "a b"]), (#"a "b c" d"#, ["a", "b c", "d"]),
            (#"a\ b c"#, ["a b", "c"]), (#"a'b'"c"d"#, ["abcd"]), ("a '' \"\"", ["a", "", ""]),
            (#"'a\b$x|'"#, [#"a\b$x|"#]), (#""a\"b\\c\d\$x""#, [#"a"b\c\d$x"#]), (#"\$x \' \""#, ["$x", "'", "\""]),
            ("grep ^a$ b", ["grep", "^a$", "b"]), (#"a "$" '$(b)'"#, ["a", "$", "$(b)"]), ("a=b #c", ["a=b", "#c"]),
            ("sh -c 'a && b; c > \"$D\"'", ["sh", "-c", "a && b; c > \"$D\""]), ("ä 'ö ü'", ["ä", "ö ü"]),
        ])
    func words(line: String, words: [String]) throws {
        let command = try CommandWords.read(line)
        #expect([command.program] + command.arguments == words)
        #expect(command.text == line)
    }

    @Test(
        "what is not closed, empty, or the business of a shell is refused",
        arguments: [
            ("", "expected a program"), ("  ", "expected a program"), ("'' a", "expected a program"),
            ("a 'b", "a single quote is not closed"), ("a \"b", "a double quote is not closed"),
            (#"a "b\""#, "a double quote is not closed"), (#"a "\"#, "a double quote is not closed"),
            (#"a \"#, "nothing follows the last backslash"), ("a && b", "& must be quoted"),
            ("a | b", "| must be quoted"), ("a; b", "; must be quoted"), ("a > b", "> must be quoted"),
            ("(a)", "( must be quoted"), ("a $B", "$ stands for nothing"), ("a \"${B}\"", "$ stands for nothing"),
            ("a $(b)", "$ stands for nothing"), ("a `b`", "` stands for nothing"),
        ])
    func refused(line: String, reason: String) {
        #expect {
            try CommandWords.read(line)
        } throws: { error in
            (error as? ValueProblem)?.message.contains(reason) == true
        }
    }
}
