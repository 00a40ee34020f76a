internal import HTTPClient
internal import Posix
internal import TestSupport

/// How long it takes from the swapped link to a confirmed release, and how much of that is ours rather than the
/// application's: the sample's Node server, which replaces its workers on HUP and answers with its commit.
///
/// Runs the built program, as a pod would; `make build` first.
struct ConfirmBenchmark {
    private let pushes: Int
    private let program: String

    init(arguments: ArraySlice<String>) throws {
        var flags = try Arguments(arguments)
        pushes = try flags.number("--pushes", or: 50)
        program = try flags.program()
        try flags.end()
    }

    func run() throws {
        let directory = "/dev/shm/" + TemporaryName.make()
        try Files.makeDirectory(directory)
        defer { try? Files.removeTree(directory) }
        let fixture = try GitFixture(at: directory + "/repository.git")
        try fixture.commit(Application.nodeFiles())
        let port = try freePort()
        let sidecar = try BackgroundProgram(
            [
                program, "--repo=\(fixture.path)", "--root=\(directory)/root", "--link=link", "--period=10ms",
                "--signal=HUP", "--signal-target=port:\(port)", "--health-url=http://127.0.0.1:\(port)/healthz",
                "--health-revision-header=X-Revision",
            ], log: directory + "/log")
        defer { sidecar.stop() }
        let run = Run(directory: directory, port: port, sidecar: sidecar)
        try waitUntil("the first release is published") { run.live != nil }
        let server = try Application.node(run.link, port: port, log: directory + "/server.log")
        defer { server.stop() }
        try run.waitUntilConfirmed(try fixture.resolve("refs/heads/main"))

        var samples: [Sample] = []
        for number in 1...pushes {
            let commit = try fixture.commit(["app.js": .text(Application.nodeCode("release \(number)"))])
            samples.append(try run.sample(commit))
        }
        print("\(pushes) pushes, in milliseconds:")
        print(
            "from the link to the first answer of the new release (the application):", figures(samples.map(\.answered)))
        print(
            "from the link to confirmed:                                           ", figures(samples.map(\.confirmed)))
        print(
            "from the first answer to confirmed (ours):                            ",
            figures(samples.map { $0.confirmed - $0.answered }))
    }

    private func figures(_ values: [Duration]) -> String {
        let sorted = values.map { $0.inSeconds * 1000 }.sorted()
        func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
        return "median \(rounded(sorted[sorted.count / 2])), 90 % \(rounded(sorted[sorted.count * 9 / 10])),"
            + " worst \(rounded(sorted[sorted.count - 1]))"
    }
}

/// One push, seen from outside; times from the moment at which the link was seen to be swapped.
private struct Sample {
    /// When the application first answered with the new commit.
    let answered: Duration
    /// When the log said that it was confirmed.
    let confirmed: Duration
}

private struct Run {
    let directory: String
    let port: UInt16
    let sidecar: BackgroundProgram

    var link: String { directory + "/root/link" }
    var live: String? { TestFiles.linkTarget(link)?.split(separator: "/").last.map { String($0) } }

    func waitUntilConfirmed(_ commit: String) throws {
        try waitUntil("\(commit) is confirmed; \(sidecar.log.suffix(1000))") { try isConfirmed(commit) }
    }

    private func isConfirmed(_ commit: String) throws -> Bool {
        sidecar.log.contains(#""msg":"confirmed","hash":"\#(commit)""#)
    }

    func sample(_ commit: String) throws -> Sample {
        let deadline = Deadline.after(.seconds(20))
        func wait(_ condition: () throws -> Bool) throws {
            while try !condition() { try deadline.pause(.microseconds(300)) }
        }
        try wait { live == commit }
        let start = ContinuousClock.now
        // Asked in turns: which of the two comes first is not ours to decide here.
        let client = try HTTPClient(HTTPConfiguration(userAgent: "benchmark"))
        var answered: Duration?
        var confirmed: Duration?
        try wait {
            if answered == nil {
                let request = HTTPRequest("http://127.0.0.1:\(port)/healthz")
                let answer = try client.send(request, deadline: deadline) { _ in }
                if answer.head.headers.value("X-Revision") == commit { answered = ContinuousClock.now - start }
            }
            if try isConfirmed(commit) { confirmed = ContinuousClock.now - start }
            return answered != nil && confirmed != nil
        }
        return Sample(answered: answered ?? .zero, confirmed: confirmed ?? .zero)
    }
}
