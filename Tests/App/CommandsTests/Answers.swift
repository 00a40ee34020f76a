import ControlAPI
import JSON

@testable import Commands

/// Hashes that are easy to tell apart.
enum Hash {
    static let blue = "1111111b1e000000000000000000000000000000"
    static let red = "2222222bad000000000000000000000000000000"
}

/// A status as a sidecar answers it, with some of its members replaced.
func statusAnswer(_ changes: [String: JSONValue] = [:]) -> StatusAnswer { StatusAnswer(status(changes)) }

func status(_ changes: [String: JSONValue] = [:]) -> JSONValue {
    let usual: [(String, JSONValue)] = [
        ("version", "1.0.0"), ("started", "2026-01-31T10:34:56.000Z"), ("now", "2026-01-31T12:34:56.000Z"),
        ("repository", "https://example.com/site.git"), ("ref", "main"), ("root", "/git"), ("link", "/git/site"),
        ("period", 10), ("condition", "current"),
        ("remote", ["hash": .string(Hash.blue), "verified": "2026-01-31T12:34:50.500Z"]),
        (
            "published",
            [
                "hash": .string(Hash.blue), "ref": "main", "subject": "Make it blue",
                "time": "2026-01-31T12:30:00.000Z", "verified": true,
            ]
        ),
        (
            "running",
            [
                "hash": .string(Hash.blue), "verdict": "proved", "cause": "the revision header says so",
                "confirmed": "2026-01-31T12:30:01.000Z",
            ]
        ),
        ("lag", 0), ("deployment", .null), ("quarantine", .array([])), ("failures", 0), ("last_failure", .null),
        ("attempt", 17), ("next_attempt", "2026-01-31T12:35:00.000Z"),
    ]
    return .object(usual.map { JSONMember(name: $0.0, value: changes[$0.0] ?? $0.1) })
}

/// A commit that is held back.
let heldRed: JSONValue = [
    "hash": .string(Hash.red), "stage": "confirm", "reason": "the health check did not pass within 30 s: 500",
    "output": "cannot open the database\nsee the log", "time": "2026-01-31T12:33:00.000Z",
]

/// A deployment that has ended.
func deployment(_ hash: String, _ outcome: JSONValue, _ reason: JSONValue = .null) -> JSONValue {
    [
        "time": "2026-01-31T12:30:00.000Z", "hash": .string(hash), "ref": "main", "subject": "Make it so",
        "outcome": outcome, "reason": reason, "output": .null,
        "seconds": ["resolve": JSONValue(0.01), "confirm": JSONValue(1.2)],
    ]
}
