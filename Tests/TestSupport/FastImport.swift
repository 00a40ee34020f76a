/// Builds the input of `git fast-import`, the fastest way to make commits, trees and refs of any size.
struct FastImport {
    private(set) var stream: [UInt8] = []

    /// Starts a commit; `parent` is a full hash, or nil for a root commit.
    mutating func commit(to reference: String, parent: String?, message: String, time: Int, mark: Int? = nil) {
        line("commit \(reference)")
        if let mark { line("mark :\(mark)") }
        line("committer \(GitFixture.author.name) <\(GitFixture.author.email)> \(time) +0000")
        data(Array(message.utf8))
        if let parent { line("from \(parent)") }
    }

    /// Removes every file in the commit that is being built.
    mutating func deleteAll() {
        line("deleteall")
    }

    /// Puts a file into the commit that is being built.
    mutating func file(_ path: [UInt8], _ file: GitFixture.File) {
        switch file {
        case .regular(let bytes): inline("100644", path, bytes)
        case .executable(let bytes): inline("100755", path, bytes)
        case .symlink(let target): inline("120000", path, Array(target.utf8))
        case .submodule(let commit):
            stream += Array("M 160000 \(commit) ".utf8)
            quoted(path)
            line("")
        case .deleted:
            stream += Array("D ".utf8)
            quoted(path)
            line("")
        }
    }

    /// Puts an ordinary file with a plain name into the commit that is being built.
    mutating func plainFile(_ path: String, _ bytes: [UInt8]) {
        line("M 100644 inline \(path)")
        data(bytes)
    }

    /// Asks fast-import to print the hash of a mark.
    mutating func printMark(_ mark: Int) {
        line("get-mark :\(mark)")
    }

    private mutating func inline(_ mode: String, _ path: [UInt8], _ bytes: [UInt8]) {
        stream += Array("M \(mode) inline ".utf8)
        quoted(path)
        line("")
        data(bytes)
    }

    private mutating func data(_ bytes: [UInt8]) {
        line("data \(bytes.count)")
        stream += bytes
        line("")
    }

    /// Any byte may be in a name; in quotes, with octal escapes, all of them are safe.
    private mutating func quoted(_ path: [UInt8]) {
        stream.append(UInt8(ascii: "\""))
        for byte in path {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): stream += [UInt8(ascii: "\\"), byte]
            case 0x20...0x7e: stream.append(byte)
            default: stream += [UInt8(ascii: "\\"), 48 + (byte >> 6), 48 + (byte >> 3) & 7, 48 + byte & 7]
            }
        }
        stream.append(UInt8(ascii: "\""))
    }

    private mutating func line(_ text: String) {
        stream += Array(text.utf8)
        stream.append(UInt8(ascii: "\n"))
    }
}
