internal import Posix
internal import TestSupport

/// Servers that speak git's protocol and are not git.
let otherConfigurations: [Configuration] = [
    Configuration(.others, "dulwich, HTTP/1.0", isQuick: true, refusals: dulwichRefusals) { site in
        try web(site, prefix: site.served) { [python, Programs.source("dulwich_server.py"), site.served, "\($0)"] }
    },
    Configuration(.others, "dulwich behind gunicorn, HTTP/1.1, chunked", refusals: dulwichRefusals) { site in
        try web(site, prefix: site.served, environment: ["DULWICH_DIRECTORY": site.served]) { port in
            gunicorn("dulwich_application:application", port)
        }
    },
    Configuration(.others, "klaus (dulwich) behind gunicorn", refusals: dulwichRefusals) { site in
        try klaus(site)
    },
    behindSSH("dulwich behind sshd", refusals: dulwichRefusals, command: "\(python) /usr/bin/dulwich upload-pack"),
    behindSSH("JGit behind sshd", refusals: [.hash: "name a branch or tag"], command: jgit),
    behindSSH("go-git behind sshd", refusals: needsWholeHistory, options: ["--depth=0"]) { Programs.built("go-git") },
    Configuration(.others, "gitolite3", refusals: [:]) { site in try gitolite(site) },
    old("git without side-band", isQuick: true, ["side-band", "side-band-64k"]),
    old("git without ofs-delta: deltas by name only", isQuick: true, ["ofs-delta"]),
    old("git without thin packs and multi_ack", ["thin-pack", "multi_ack", "multi_ack_detailed", "no-done"]),
    old("git without symref: HEAD by its commit", ref: "HEAD", ["symref"]),
    old(
        "git without shallow",
        ["shallow", "deepen-since", "deepen-not", "deepen-relative"]),
    old(
        "git as of 2005: no abilities at all",
        [
            "side-band", "side-band-64k", "ofs-delta", "thin-pack", "multi_ack", "multi_ack_detailed", "no-done",
            "symref", "shallow", "deepen-since", "deepen-not", "deepen-relative", "no-progress", "include-tag",
            "allow-tip-sha1-in-want", "allow-reachable-sha1-in-want", "filter", "object-format", "agent",
        ]),
]

/// Debian's own start script leaves out an archive that the program needs.
private let jgit = "java -cp '/usr/share/java/*' org.eclipse.jgit.pgm.Main upload-pack"

/// Servers that cannot limit history are asked for all of it.
private let needsWholeHistory: [Cell: String] = [.shallow: "--depth=0", .depth: "--depth=0"]

private let dulwichRefusals: [Cell: String] = [.hash: "--ref"]

private func web(
    _ site: Site, prefix: String = "", options: [String] = [], environment: [String: String] = [:],
    _ command: (UInt16) throws -> [String]
) throws -> Running {
    let (program, port) = try startOnFreePort(
        "server", in: site.directory, environment: environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 },
        command)
    return Running(
        options: options, log: { program.log }, end: { program.stop() },
        url: { "http://127.0.0.1:\(port)\(prefix)/\($0).git" })
}

private func gunicorn(_ application: String, _ port: UInt16) -> [String] {
    [
        python, "-m", "gunicorn", "--bind", "127.0.0.1:\(port)", "--threads", "8", "--chdir", Programs.source(""),
        "--error-logfile", "-", application,
    ]
}

private func klaus(_ site: Site) throws -> Running {
    // It has the repositories that are there when it starts, by their names without the last ending.
    let names = site.directory + "/names"
    try TestFiles.makeDirectory(names)
    for name in ["site", "module", "empty", "fresh"] {
        let repository = "\(site.served)/\(name).git"
        if !TestFiles.exists(repository) {
            try runProgram(["cp", "-a", "\(site.served)/empty.git", repository]).succeeded()
        }
        try Files.makeSymbolicLink(to: repository, at: "\(names)/\(name).git.git")
    }
    return try web(site, environment: ["KLAUS_DIRECTORY": names]) { port in
        gunicorn("klaus_server:application", port)
    }
}

private func old(
    _ name: String, isQuick: Bool = false, ref: String = "main", _ without: [String]
) -> Configuration {
    let isWhole = without.contains("shallow")
    return Configuration(
        .others, name, isQuick: isQuick, ref: ref, refusals: isWhole ? needsWholeHistory : [:]
    ) { site in
        try web(site, options: isWhole ? ["--depth=0"] : []) { port in
            [python, Programs.source("old_git.py"), site.served, "\(port)", without.joined(separator: ",")]
        }
    }
}

/// A program in the place of `git-upload-pack` that gets the repository's path as its last argument.
private func behindSSH(
    _ name: String, isQuick: Bool = false, refusals: [Cell: String] = [:],
    command: @escaping @Sendable @autoclosure () -> String
) -> Configuration {
    behindSSH(name, isQuick: isQuick, refusals: refusals, command)
}

private func behindSSH(
    _ name: String, isQuick: Bool = false, refusals: [Cell: String] = [:], options: [String] = [],
    _ command: @escaping @Sendable () -> String
) -> Configuration {
    Configuration(.others, name, isQuick: isQuick, refusals: refusals) { site in
        let script = #"""
            eval "set -- $SSH_ORIGINAL_COMMAND"
            [ "$1" = git-upload-pack ] || exit 1
            exec PROGRAM "$2"
            """#
        let server = try GitSSHServer(
            serving: site.served,
            .init {
                $0.beforeGit = script.replacing("PROGRAM", with: command())
            })
        return try overSSH(site, server, more: options)
    }
}

private func gitolite(_ site: Site) throws -> Running {
    let home = site.directory + "/gitolite"
    try TestFiles.makeDirectory(home)
    let environment = try hermeticEnvironment(adding: ["HOME": home])
    try runProgram(["gitolite", "setup", "-a", "laboratory"], environment: environment).succeeded()
    let names = ["site", "module", "empty", "fresh"]
    try TestFiles.write(
        "repo \(names.joined(separator: " "))\n    R = laboratory\n", to: home + "/.gitolite/conf/gitolite.conf")
    try runProgram(["gitolite", "compile"], environment: environment).succeeded()
    try runProgram(["gitolite", "trigger", "POST_COMPILE"], environment: environment).succeeded()
    let served = site.served
    site.afterPush = {
        for name in names where TestFiles.exists("\(served)/\(name).git") {
            let place = "\(home)/repositories/\(name).git"
            if TestFiles.linkTarget(place) != nil { continue }
            // What gitolite noted about the repository goes along.
            let copy = #"mkdir -p "$2/hooks" && cp "$1/gl-conf" "$2" && cp -a "$1/hooks/update" "$2/hooks""#
            try runProgram(["sh", "-c", copy, "sh", place, "\(served)/\(name).git"]).succeeded()
            try TestFiles.remove(place)
            try Files.makeSymbolicLink(to: "\(served)/\(name).git", at: place)
        }
    }
    try site.afterPush()
    let server = try GitSSHServer(
        serving: site.served,
        .init {
            $0.beforeGit = "export HOME='\(home)'\nexec /usr/share/gitolite3/gitolite-shell laboratory"
        })
    return try overSSH(site, server, url: { "ssh://\(server.user)@127.0.0.1:\(server.port)/\($0)" })
}
