import JSON
import Posix
import Testing

@testable import Commands

@Suite("Status for people")
struct StatusViewTests {
    private func view(_ changes: [String: JSONValue] = [:], width: Int = 100) -> String {
        StatusView(status: statusAnswer(changes), style: .none, width: width).lines().joined(separator: "\n")
    }

    @Test("all is well")
    func current() {
        #expect(
            view() == """
                Your push is live: 1111111 runs.

                  remote     1111111  main of https://example.com/site.git  asked 6 seconds ago
                  published  1111111  Make it blue                          4 minutes ago
                  running    1111111  proved: the revision header says so   confirmed 4 minutes ago
                  next look           in 4 seconds
                  link                /git/site
                  sidecar             1.0.0                                 started 2 hours ago
                """)
    }

    @Test("a commit was gone back from: it says why, and what to do")
    func heldBack() {
        let text = view([
            "condition": "held-back", "quarantine": .array([heldRed]), "next_attempt": .null,
            "remote": ["hash": .string(Hash.red), "verified": "2026-01-31T12:34:50.500Z"],
        ])
        #expect(
            text == """
                Your push is not live: 2222222 was taken back at confirm; 1111111 stays live.

                  remote     2222222  main of https://example.com/site.git  asked 6 seconds ago
                  published  1111111  Make it blue                          4 minutes ago
                  running    1111111  proved: the revision header says so   confirmed 4 minutes ago
                  link                /git/site
                  sidecar             1.0.0                                 started 2 hours ago

                Held back: 2222222 was taken back at confirm, 1 minute ago
                  the health check did not pass within 30 s: 500
                    cannot open the database see the log
                  Push a fix: a newer commit is tried at once. To try this one again: git-sidecar resume
                """)
    }

    @Test("a deployment is under way, with a bar for what is counted")
    func deploying() {
        let text = view([
            "condition": "deploying",
            "deployment": [
                "attempt": 17, "hash": .string(Hash.red), "stage": "fetch", "seconds": JSONValue(1.23),
                "progress": ["done": 1200, "total": 4800, "unit": "objects"],
            ],
        ])
        #expect(text.hasPrefix("Your push is on its way: 2222222 is at fetch; 1111111 is live until then.\n"))
        #expect(
            text.contains(
                "\n  deploying  2222222  fetch  [###.........]  25 %  1,200 of 4,800 objects  for 1.2 s\n"),
            "\(text)")
    }

    @Test("attempts fail: the first line doubts, the last ones say what happened")
    func stale() {
        let text = view([
            "condition": "stale", "failures": 3,
            "last_failure": [
                "stage": "resolve", "message": "cannot resolve main: nobody listens",
                "time": "2026-01-31T12:34:46.000Z",
            ],
        ])
        #expect(text.hasPrefix("Your push may not be live: the last 3 attempts failed; 1111111 stays live.\n"))
        #expect(
            text.hasSuffix(
                """


                Failing: 3 attempts in a row at resolve, 10 seconds ago
                  cannot resolve main: nobody listens
                  To look for the cause: git-sidecar doctor
                """), "\(text)")
    }

    @Test(
        "the first line answers whether the push is live",
        arguments: [
            (["running": .null], "Your push is live: 1111111 is published."),
            (
                ["running": ["hash": "1", "verdict": "unknown", "cause": "", "confirmed": .null]],
                "Your push is published: 1111111; whether the application runs it is not known."
            ),
            (
                ["condition": "unconfirmed"],
                "Your push is published, but not confirmed: 1111111 was not shown to run."
            ),
            (["condition": "empty", "published": .null], "Nothing is published yet."),
            (["condition": "empty", "published": .null, "failures": 2], "Nothing is published: 2 attempts failed."),
            (
                ["condition": "deploying", "published": .null, "deployment": ["stage": "resolve", "hash": .null]],
                "Your push is on its way: it is at resolve."
            ),
            (
                ["condition": "deploying", "deployment": ["stage": "confirm", "hash": .string(Hash.blue)]],
                "Your push is published: 1111111 is at confirm, to be shown to run."
            ),
            (
                ["condition": "deploying", "deployment": ["stage": "keep", "hash": .string(Hash.blue)]],
                "Your push is live: 1111111 runs."
            ),
            (
                ["condition": "stale", "remote": .null],
                "Your push may not be live: the remote has not been asked yet; 1111111 stays live."
            ),
            (["condition": "newfangled"], "The sidecar's condition is newfangled; 1111111 stays live."),
        ] as [([String: JSONValue], String)])
    func headline(changes: [String: JSONValue], expected: String) {
        #expect(statusAnswer(changes).headline(.none) == expected)
    }

    @Test("a narrow terminal cuts what is long, and nothing else")
    func narrow() {
        let lines = view(width: 60).split(separator: "\n")
        #expect(lines.allSatisfy { columns(String($0)) <= 60 }, "\(lines)")
        #expect(lines.contains("  remote     1111111  main of http…  asked 6 seconds ago"), "\(lines)")
    }

    @Test("what comes from the remote cannot write to the terminal")
    func hostile() {
        let text = view([
            "published": [
                "hash": .string(Hash.blue), "subject": "\u{1b}]0;title\u{7}\u{202e}evil\r\nsecond", "verified": true,
            ]
        ])
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202e })
        #expect(text.contains("\u{fffd}]0;title\u{fffd}\u{fffd}evil  second"), "\(text)")
    }

    @Test("colours are for terminals that have them, and for people who want them")
    func colours() {
        func shown(_ isTerminal: Bool, _ environment: [String: String]) -> String {
            Style(isTerminal: isTerminal, environment: environment).good("well")
        }
        #expect(shown(true, [:]) == "\u{1b}[32mwell\u{1b}[0m")
        #expect(shown(true, ["NO_COLOR": ""]) == "\u{1b}[32mwell\u{1b}[0m")
        for plain in [shown(false, [:]), shown(true, ["NO_COLOR": "1"]), shown(true, ["TERM": "dumb"])] {
            #expect(plain == "well")
        }
    }
}
