/// Patterns and paths that are made up by the dice, out of few letters so that many of them meet.
struct Corpus {
    var dice: Dice

    mutating func paths(_ count: Int, depth: Int = 5) -> [String] {
        var paths: Set<String> = []
        while paths.count < count {
            paths.insert((0..<dice.number(1...depth)).map { _ in name() }.joined(separator: "/"))
        }
        return paths.sorted()
    }

    private mutating func name() -> String {
        while true {
            let letters = ["a", "b", "c", "ab", "A", "-", "]", "[", "!", "^", ".", "*", "?", "\\", " ", "é", "1", ":"]
            let name = (0..<dice.number(1...4)).map { _ in dice.pick(letters) }.joined()
            if name != ".", name != "..", name.last != " " { return name }
        }
    }

    mutating func pattern() -> String {
        let pieces = [
            "a", "b", "c", "ab", "a", "b", "*", "*", "*", "?", "?", "/", "/", "/", "/", "**", "/**/", "**/", "/**",
            "***",
            "[ab]", "[!a]", "[^b]", "[a-c]", "[]a]", "[!]]", "[[:alpha:]]", "[[:upper:]b]", "[a-]", "[-a]", "[\\]]",
            "[[:punct:]]", "[[:bogus:]]", "[[:]", "[a", "\\a", "\\*", "\\/", "\\\\", "[a/b]", "[/]", "[c-a]",
            "[[:digit:]-z]",
            "é", "[é]", ".", "-", "!", " ", "[a-[:alpha:]c]", "[\\a-\\c]", "**\\/", "/**\\/",
        ]
        return (0..<dice.number(1...7)).map { _ in dice.pick(pieces) }.joined()
    }
}

/// A text in double quotes with C escapes, as `.gitattributes` takes it.
func quoted(_ text: String) -> String {
    var result = "\""
    for byte in text.utf8 {
        let octal = String(byte, radix: 8)
        result += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
    }
    return result + "\""
}

/// The fields of a text that end in zero bytes.
func fields(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { String(decoding: $0, as: UTF8.self) }
}

func joined(_ fields: [String]) -> [UInt8] {
    fields.flatMap { Array($0.utf8) + [0] }
}
