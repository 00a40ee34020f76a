internal import Posix
internal import TestSupport

/// The table of docs/conformance.md, made of what a run found.
struct Table {
    private let rows: [Row]

    init(_ rows: [Row]) { self.rows = rows }

    /// The whole document.
    func document() throws -> String {
        var notes: [String] = []
        var parts: [String] = []
        for family in Configuration.Family.allCases {
            let members = rows.filter { $0.configuration.family == family }
            if members.isEmpty { continue }
            let head = "| |" + Cell.allCases.map { " \($0.rawValue) |" }.joined()
            let rule = "|---|" + String(repeating: ":-:|", count: Cell.allCases.count)
            let lines = members.map { row in
                "| \(row.configuration.name) |"
                    + Cell.allCases.map { " \(Table.text(row.outcomes[$0], &notes)) |" }.joined()
            }
            parts.append("## \(family.rawValue)\n\n" + ([head, rule] + lines).joined(separator: "\n"))
        }
        let refusals = notes.enumerated().map { "\($0.offset + 1). \($0.element)" }.joined(separator: "\n")
        let cells = rows.count * Cell.allCases.count
        let refused = rows.flatMap { $0.outcomes.values }.count { if case .refused = $0 { true } else { false } }
        return try [
            Table.introduction,
            "\(rows.count) servers and configurations, \(cells) cells: \(cells - refused) work, \(refused) are refused, "
                + "none fails. \(rows.map(\.compared).reduce(0, +)) releases were compared with what git checks out.",
            parts.joined(separator: "\n\n"), "## Refusals\n\n" + refusals, Table.versions(), Table.untried,
        ].joined(separator: "\n\n") + "\n"
    }

    /// Rows of this run that the document does not have as they came out.
    func rowsMissing(from document: String) -> [String] {
        rows.filter { row in
            let line = document.split(separator: "\n").first { $0.hasPrefix("| \(row.configuration.name) |") }
            guard let line else { return true }
            let fields = line.split(separator: "|").dropFirst().map { $0.trimmed }
            let found = Cell.allCases.map { cell in row.outcomes[cell] == .works }
            return fields.map { $0 == "✓" } != found
        }.map(\.configuration.name)
    }

    private static func text(_ outcome: Outcome?, _ notes: inout [String]) -> String {
        switch outcome {
        case .works: return "✓"
        case .refused(let message):
            let note = general(message)
            if let index = notes.firstIndex(of: note) { return "\(index + 1)" }
            notes.append(note)
            return "\(notes.count)"
        case .fails: return "fails"
        case nil: return ""
        }
    }

    /// The message without what is different in each run: addresses, directories, hashes, numbers of bytes.
    private static func general(_ message: String) -> String {
        var words = message.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        for (index, word) in words.enumerated() {
            let bare = word.filter { $0.isHexDigit }
            if bare.count >= 40, bare.count >= word.count - 2 {
                words[index] = "HASH" + (word.last.map { $0.isPunctuation ? String($0) : "" } ?? "")
            } else if word.contains("SHA256:") {
                words[index] = "SHA256:…"
            } else if word.contains("127.0.0.1") || word.contains("localhost:") || word.contains("/dev/shm/")
                || word.contains("/tmp/")
            {
                let ending = word.hasSuffix(":") ? ":" : word.hasSuffix(",") ? "," : ""
                words[index] = "URL" + ending
            } else if index > 0, words[index - 1] == "port", Int(word.filter(\.isNumber)) != nil {
                words[index] = "N:"
            }
        }
        // What was asked for differs from cell to cell, what is wrong does not.
        if words.first == "cannot", let colon = words.firstIndex(where: { $0.hasSuffix(":") }) {
            words.removeSubrange(...colon)
        }
        return words.joined(separator: " ")
    }

    private static let introduction = """
        # Servers that git-sidecar was tried with

        `make conformance` starts real servers on loopback, runs the release program against each, and compares what it
        publishes with what git checks out: every name, mode, byte and link. This page is what the last whole run printed;
        `.ci/run` tries a part of it again with each change.

        A check mark says that the cell works. A number refers to a refusal: the server cannot do it, and the message says
        what to change. *Pushes* are three on one running program; *pushes during a fetch* are 25 that replace each other
        while it polls every 10 ms, so that what was listed is often gone when it is asked for.
        """

    private static let untried = """
        ## What is not here

        Hosted servers (GitHub, GitLab, Bitbucket, Azure DevOps, CodeCommit, Gerrit) cannot run on loopback. Repositories with
        reftable, and servers that offer `bundle-uri`, need a newer git than Debian 12 has.
        """

    private static func versions() throws -> String {
        let packages = [
            "git", "openssh-server", "dropbear-bin", "nginx", "apache2-bin", "lighttpd", "caddy", "haproxy",
            "tinyproxy-bin",
            "squid-openssl", "jgit-cli", "python3-dulwich", "python3-klaus", "golang-github-go-git-go-git-dev",
            "gitolite3", "gunicorn",
        ]
        let listed = try runProgram(["dpkg-query", "-W", "-f", "${Package} ${Version}\n"] + packages).succeeded().output
        let names = listed.split(separator: "\n").map { "`\($0)`" }
        return "## Versions\n\n" + names.joined(separator: ", ") + "."
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var rest = self
        while rest.first == " " { rest = rest.dropFirst() }
        while rest.last == " " { rest = rest.dropLast() }
        return rest
    }
}
