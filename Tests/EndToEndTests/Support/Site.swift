import Posix
import TestSupport

/// A repository, a root that follows it, and how a test looks at both.
struct Site {
    /// Where both are.
    let directory: String
    let repository: GitFixture
    /// What `--repo` says.
    var url: String
    /// What `--root` says.
    var root: String
    /// What `--link` says.
    var linkName = "link"

    /// A new repository, with one commit unless nothing is in it.
    init(_ files: [String: GitFixture.File] = ["file": "one"], name: String = "repo") throws {
        directory = Scratch.directory
        repository = try GitFixture(at: "\(directory)/\(name).git")
        url = "file://\(repository.path)"
        root = "\(directory)/root"
        if !files.isEmpty { try repository.commit(files, message: "first") }
    }

    /// The full path of the link.
    var link: String { linkName.hasPrefix("/") ? linkName : "\(root)/\(linkName)" }

    /// The commit that is published, by the promise that the last part of the link's target is its hash.
    var live: String? { TestFiles.linkTarget(link)?.split(separator: "/").last.map { String($0) } }

    /// The commit at the tip of the repository's main branch.
    var tip: String { get throws { try repository.resolve("refs/heads/main") } }

    /// The text of a published file; nil when there is none.
    func read(_ path: String) -> String? { try? TestFiles.text("\(link)/\(path)") }

    /// The names at the top of the published release, without the `.git` file.
    func list() throws -> [String] { try TestFiles.list(link + "/").filter { $0 != ".git" } }

    /// Runs git in the published release.
    func git(_ arguments: String...) throws -> String {
        try runProgram(["git", "-C", link + "/"] + arguments).succeeded().output
    }

    /// A file of the test's own directory.
    func path(_ name: String) -> String { "\(directory)/\(name)" }

    /// Writes a shell script into the test's own directory and returns its path.
    func script(_ name: String, _ lines: String) throws -> String {
        try TestFiles.write("#!/bin/sh\n\(lines)\n", to: path(name), mode: 0o755)
        return path(name)
    }

    /// One deployment, with `--one-time`.
    func sync(
        _ more: String..., environment: [String: String] = [:], under wrapper: [String] = []
    ) throws -> Run {
        try sync(more, environment: environment, under: wrapper)
    }

    /// One deployment, with `--one-time`.
    func sync(_ more: [String], environment: [String: String] = [:], under wrapper: [String] = []) throws -> Run {
        try Sidecar.run(["--one-time"] + arguments(more), environment: environment, under: wrapper)
    }

    /// A sidecar that follows the repository, quickly.
    func start(
        _ more: String..., environment: [String: String] = [:], under wrapper: [String] = []
    ) throws -> RunningSidecar {
        try start(more, environment: environment, under: wrapper)
    }

    /// A sidecar that follows the repository, quickly.
    func start(
        _ more: [String], environment: [String: String] = [:], under wrapper: [String] = []
    ) throws -> RunningSidecar {
        let quick = more.contains { $0.hasPrefix("--period") } ? [] : ["--period=20ms"]
        return try Sidecar.start(arguments(quick + more), environment: environment, under: wrapper)
    }

    /// What every sidecar of a site is told, less what `more` says in another way.
    func arguments(_ more: [String] = []) -> [String] {
        let given = Set(more.map { $0.prefix { $0 != "=" } })
        let own = ["--repo=\(url)", "--root=\(root)", "--link=\(linkName)"]
        return own.filter { !given.contains($0.prefix { $0 != "=" }) } + more
    }

    /// Waits until a commit is published.
    func waitUntilLive(_ commit: String, within limit: Duration = .seconds(15)) throws {
        try waitUntil("\(commit) is live; it is \(live ?? "nothing")", within: limit) { live == commit }
    }
}
