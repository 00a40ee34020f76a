import TestSupport

/// The top of the repository.
let repositoryTop = String(#filePath.dropLast("/Tests/DocumentationTests/Support.swift".count))

/// The content of a file of the repository.
func content(of path: String) throws -> String {
    try TestFiles.text(repositoryTop + "/" + path)
}

/// Whether the repository has such a file or directory.
func isThere(_ path: String) -> Bool {
    TestFiles.exists(repositoryTop + "/" + path)
}

/// The names of the files in a directory and below it that end in `suffix`, from the top of the repository.
func files(in directory: String = "", _ suffix: String) throws -> [String] {
    var found: [String] = []
    for name in try TestFiles.list(repositoryTop + "/" + directory).sorted() {
        if [".build", ".git", "node_modules"].contains(name) { continue }
        let path = directory.isEmpty ? name : directory + "/" + name
        if name.hasSuffix(suffix) {
            found.append(path)
        } else if let below = try? files(in: path, suffix) {
            // What is no directory cannot be listed.
            found += below
        }
    }
    return found
}

/// The words of a text that begin with one of `prefixes` and go on with letters, digits and `others`.
func words(in text: String, beginning prefixes: [String], others: String) -> Set<String> {
    let isPart = { (character: Character) in character.isLetter || character.isNumber || others.contains(character) }
    var found: Set<String> = []
    for piece in text.split(whereSeparator: { !isPart($0) }) where prefixes.contains(where: piece.hasPrefix) {
        found.insert(String(piece))
    }
    return found
}
