import Glibc
import Testing

/// The real git program, which the tests ask what is right.
struct Git {
    let directory: String

    /// A new empty repository in a directory of its own.
    init() throws {
        var template = Array("/tmp/git-sidecar-patterns-XXXXXX".utf8CString)
        let name = try unsafe #require(mkdtemp(&template), "cannot make a directory")
        directory = unsafe String(cString: name)
        try shell("mkdir '\(directory)/.git'")
        try run("git init -q -b main .")
    }

    func remove() throws {
        try shell("rm -rf '\(directory)'")
    }

    /// Runs a shell command in the repository, without any configuration but the repository's own, and gives its output.
    @discardableResult
    func run(_ command: String, input: [UInt8] = []) throws -> [UInt8] {
        try write(".git/input", input)
        let environment =
            "env -u GIT_DIR GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=/nonexistent LC_ALL=C "
            + "GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b "
        try shell("cd '\(directory)' && { \(environment) sh -c '\(command)'; } <.git/input >.git/output 2>.git/errors")
        return try read(".git/output")
    }

    func write(_ path: String, _ bytes: [UInt8]) throws {
        let file = unsafe fopen("\(directory)/\(path)", "w")
        let stream = try unsafe #require(file, "cannot write \(path)")
        defer { unsafe fclose(stream) }
        let written = unsafe fwrite(bytes, 1, bytes.count, stream)
        try #require(written == bytes.count)
    }

    func read(_ path: String) throws -> [UInt8] {
        let file = unsafe fopen("\(directory)/\(path)", "r")
        let stream = try unsafe #require(file, "cannot read \(path)")
        defer { unsafe fclose(stream) }
        var result: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe fread(&block, 1, block.count, stream)
            if count == 0 { return result }
            result += block[..<count]
        }
    }

    private func shell(_ command: String) throws {
        let status = unsafe system(command)
        try #require(status == 0, "failed: \(command)")
    }
}

/// Numbers that look random and are the same in each run.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let mixed = (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
        return mixed ^ (mixed >> 29)
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int(next() % UInt64(elements.count))]
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }
}
