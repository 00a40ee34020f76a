import GitObjects
import GitProtocol
import Glibc

/// A failure of a test's own set-up.
struct SetupError: Error, CustomStringConvertible {
    let description: String
}

/// A repository in a directory of its own, and the real programs that serve it; removed when it goes.
final class TestRepository {
    let path: String
    private let scratch: String

    /// An empty repository; with commits, history `main` of that length and everything that references can be.
    init(commits: Int = 0) throws {
        var template = Array("/tmp/gitprotocol-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SetupError(description: "no scratch directory") }
        scratch = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = scratch + "/repository"
        try run("git init -q --bare -b main \(path)")
        if commits > 0 {
            try run("git fast-import --quiet", in: path, input: Array(TestRepository.history(commits).utf8))
        }
    }

    deinit {
        _ = unsafe system("rm -rf \(scratch)")
    }

    /// Runs git in the repository and gives what it printed, without the last line feed.
    @discardableResult
    func git(_ arguments: String, input: [UInt8] = []) throws -> String {
        let output = try run("git \(arguments)", in: path, input: input)
        return String(decoding: output.last == 0x0A ? output.dropLast() : output, as: UTF8.self)
    }

    /// The object that a name stands for.
    func id(_ name: String) throws -> ObjectID {
        guard let id = ObjectID(try git("rev-parse \(name)")) else { throw SetupError(description: "no \(name)") }
        return id
    }

    /// What git-http-backend answers to `info/refs`, without the header.
    func infoRefs(version: Int) throws -> [UInt8] {
        try httpBackend(
            "REQUEST_METHOD=GET PATH_INFO=/info/refs QUERY_STRING=service=git-upload-pack", version, input: [])
    }

    /// What git-http-backend answers to a request, without the header.
    func post(_ body: [UInt8], version: Int) throws -> [UInt8] {
        try httpBackend(
            "REQUEST_METHOD=POST PATH_INFO=/git-upload-pack CONTENT_TYPE=application/x-git-upload-pack-request "
                + "CONTENT_LENGTH=\(body.count)", version, input: body)
    }

    /// What `git upload-pack` says in a whole session on a pipe, its first answer included.
    func session(_ input: [UInt8], version: Int) throws -> [UInt8] {
        // The server complains by its exit status, which is part of what is tested by what it says.
        try run("GIT_PROTOCOL=version=\(version) git upload-pack . || true", in: path, input: input)
    }

    private func httpBackend(_ environment: String, _ version: Int, input: [UInt8]) throws -> [UInt8] {
        let answer = try run(
            "\(environment) GIT_PROJECT_ROOT=\(path) GIT_HTTP_EXPORT_ALL=1 GIT_PROTOCOL=version=\(version) "
                + "git http-backend || true", in: path, input: input)
        let end = Array("\r\n\r\n".utf8)
        for index in 0..<max(0, answer.count - 3) where answer[index..<(index + 4)].elementsEqual(end) {
            return Array(answer[(index + 4)...])
        }
        throw SetupError(description: "no header in \(String(decoding: answer.prefix(200), as: UTF8.self))")
    }

    /// Runs a command in the repository and gives what it printed.
    @discardableResult
    func shell(_ command: String, input: [UInt8] = []) throws -> [UInt8] {
        try run(command, in: path, input: input)
    }

    @discardableResult
    private func run(_ command: String, in directory: String? = nil, input: [UInt8] = []) throws -> [UInt8] {
        let name = "\(scratch)/\(UInt64.random(in: 0..<UInt64.max))"
        try write(input, to: name + ".in")
        let quiet = "export HOME=\(scratch) GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null; unset GIT_DIR;"
        let line = "\(quiet) cd \(directory ?? scratch) && { \(command) ; } <\(name).in >\(name).out 2>\(name).err"
        let status = unsafe system(line)
        let output = try read(name + ".out")
        let errors = try read(name + ".err")
        guard status == 0 else {
            throw SetupError(description: "\(command): status \(status): \(String(decoding: errors, as: UTF8.self))")
        }
        return output
    }

    /// A history for `git fast-import`: one big file that changes by a line, one small file more with each commit.
    private static func history(_ count: Int) -> String {
        var random = UInt64(1)
        var lines = (0..<400).map { _ in
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return String(random, radix: 36)
        }
        var text = ""
        let person = "git-sidecar tests <tests@localhost>"
        for number in 1...count {
            lines[number % 400] = "changed by \(number)"
            let big = lines.joined(separator: "\n")
            text += "commit refs/heads/main\nmark :\(number)\n"
            text += "committer \(person) \(1_700_000_000 + number) +0000\ndata <<END\ncommit \(number)\nEND\n"
            text += "M 100644 inline big\ndata \(big.utf8.count)\n\(big)\n"
            text += "M 100644 inline small\(number)\ndata <<END\n\(number)\nEND\n\n"
        }
        let half = (count + 1) / 2
        text += "reset refs/heads/main2\nfrom :\(half)\n\nreset refs/heads/v1.0\nfrom :\(count)\n\n"
        text += "reset refs/heads/feature/x\nfrom :1\n\nreset refs/tags/light\nfrom :1\n\n"
        text += "reset refs/pull/7/head\nfrom :\(half)\n\n"
        text += "tag v1.0\nfrom :\(half)\ntagger \(person) 1700000000 +0000\ndata <<END\nfirst\nEND\n"
        return text
    }
}

func write(_ bytes: [UInt8], to path: String) throws {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    defer { close(file) }
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        guard count > 0 else { throw SetupError(description: "cannot write \(path)") }
        rest = rest.dropFirst(count)
    }
}

func read(_ path: String) throws -> [UInt8] {
    let file = unsafe open(path, O_RDONLY)
    defer { close(file) }
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw SetupError(description: "cannot read \(path)") }
        if count == 0 { return result }
        result += buffer[..<count]
    }
}
