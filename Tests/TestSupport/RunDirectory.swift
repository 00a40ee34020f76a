internal import Glibc
public import Posix

/// A directory for what this run of the tests makes once: certificates, keys, an empty home.
///
/// It goes when the process ends, however it ends.
public enum RunDirectory {
    private struct Made: Sendable {
        let path: String
        let leash: Leash
    }

    private static let made = Result { () throws(SystemError) -> Made in
        let path = try TestFiles.makeTemporaryDirectory("/tmp/git-sidecar-run")
        let leash = try Leash(#"rm -rf -- "$1""#, path)
        try TestFiles.makeDirectory("\(path)/home")
        try TestFiles.write(
            """
            [init]
                defaultBranch = main
            [safe]
                directory = *
            [gc]
                auto = 0
            [protocol]
                allow = always
            """, to: "\(path)/gitconfig")
        return Made(path: path, leash: leash)
    }

    /// Its path.
    public static func path() throws(SystemError) -> String {
        try made.get().path
    }
}

/// The environment of every program that tests run: an empty home, no configuration of the machine or the user, fixed
/// names and dates, so that the same commands give the same object names everywhere.
public func hermeticEnvironment(adding more: [String: String] = [:]) throws -> [String: String] {
    let directory = try RunDirectory.path()
    let variables = [
        "PATH": searchPath,
        "HOME": "\(directory)/home",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "\(directory)/gitconfig",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": GitFixture.author.name,
        "GIT_AUTHOR_EMAIL": GitFixture.author.email,
        "GIT_AUTHOR_DATE": "\(GitFixture.firstCommitTime) +0000",
        "GIT_COMMITTER_NAME": GitFixture.author.name,
        "GIT_COMMITTER_EMAIL": GitFixture.author.email,
        "GIT_COMMITTER_DATE": "\(GitFixture.firstCommitTime) +0000",
    ]
    return variables.merging(more) { _, new in new }
}
