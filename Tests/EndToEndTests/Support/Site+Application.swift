import JSON
import Posix
import TestSupport

// What a site remembers, and what tests with an application do over and over.
extension Site {
    /// How deployments ended, oldest first.
    var journal: [JSONValue] {
        get throws {
            let text = (try? TestFiles.text("\(root)/.git-sidecar/releases.log")) ?? ""
            return try text.split(separator: "\n").map { try JSONValue.read(String($0)) }
        }
    }

    /// The outcomes of the journal, oldest first.
    var outcomes: [String] { get throws { try journal.map { $0["outcome"]?.string ?? "" } } }

    /// Waits until the journal has these outcomes, oldest first, and no others.
    ///
    /// A deployment is written down when all of it is done, which is a moment after the application was shown to run it.
    func waitForOutcomes(_ expected: [String]) throws {
        var found: [String] = []
        try waitUntil("the journal has \(expected); it has \(found)") {
            found = try outcomes
            return found == expected
        }
    }

    /// What `state.json` says.
    var state: JSONValue { get throws { try JSONValue.read(TestFiles.text("\(root)/.git-sidecar/state.json")) } }

    /// What is known about commits that are held back.
    var quarantine: [JSONValue] { get throws { try state["quarantine"]?.elements ?? [] } }

    /// Commits and waits until the application was shown to run it.
    func deploy(_ files: [String: GitFixture.File], with sidecar: RunningSidecar) throws -> String {
        let commit = try repository.commit(files)
        try sidecar.waitUntilConfirmed(commit)
        return commit
    }

    /// The text of a file of the test's own directory; empty when there is none.
    func text(_ name: String) -> String { (try? TestFiles.text(path(name))) ?? "" }
}

extension RunningSidecar {
    /// Waits until the application was shown to run a commit, so many times.
    @discardableResult
    func waitUntilConfirmed(_ commit: String, count: Int = 1, within limit: Duration = .seconds(20)) throws -> LogLine {
        var lines: [LogLine] = []
        try waitUntil("\(commit) is confirmed \(count) times; \(lines.count) so far", within: limit) {
            lines = log.with("confirmed").filter { $0["hash"] == commit }
            return lines.count >= count
        }
        return lines[count - 1]
    }
}
