/// A text in which no URL shows its user, password or query.
///
/// It hides too much rather than too little: everything from `://` to the last `@` of the same word goes, since a
/// password with an unescaped slash in it is still a password.
public func redacted(_ text: String) -> String {
    text.split(separator: " ", omittingEmptySubsequences: false)
        .map { redactedWord(String($0)) }
        .joined(separator: " ")
}

private func redactedWord(_ word: String) -> String {
    let characters = Array(word)
    guard let start = indexAfterScheme(characters) else { return word }
    var rest = characters[start...]
    var shown = String(characters[..<start])
    if let at = rest.lastIndex(of: "@") {
        shown += "***"
        rest = rest[at...]
    }
    if let query = rest.firstIndex(of: "?") {
        return shown + String(rest[...query]) + "***"
    }
    return shown + String(rest)
}

private func indexAfterScheme(_ characters: [Character]) -> Int? {
    guard characters.count >= 3 else { return nil }
    return (3...characters.count).first { end in
        characters[end - 3] == ":" && characters[end - 2] == "/" && characters[end - 1] == "/"
    }
}
