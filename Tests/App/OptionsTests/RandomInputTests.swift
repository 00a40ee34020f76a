import Options
import Testing

/// The same numbers in each run (SplitMix64).
struct FixedGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

@Suite("Any input")
struct RandomInputTests {
    static let pieces =
        OptionTable.all.map(\.label)
        + [
            "=", "-", "--", "", ":", ",", "\\", "\"", "{", "}", "[", "]", "://", "@", "\n", "\r\n", "\0", "\u{301}",
            "é",
            "😀", "0", "-1", "9999999999999999999999", "10s", "µs", ".", "e9", "signal:HUP@name:x", "http:POST@",
            "ext::",
            "--wait", "--rev", "status", "sync", "wait", "rollback", "false", "*.conf=none", "[::1]:80", "%", "MiB",
        ]

    @Test("no command line and no environment stops the reader", arguments: UInt64(0)..<8)
    func neverStops(_ seed: UInt64) {
        var random = FixedGenerator(state: seed)
        func text() -> String {
            (0..<Int.random(in: 0...4, using: &random)).map { _ in
                RandomInputTests.pieces.randomElement(using: &random) ?? ""
            }.joined()
        }
        for _ in 0..<50 {
            let arguments = (0..<Int.random(in: 0...6, using: &random)).map { _ in text() }
            let row = OptionTable.all.randomElement(using: &random)
            let environment = [row?.variable ?? "GITSYNC_X": text(), "GITSYNC_\(text())": text()]
            let invocation = parse(arguments, environment: environment)
            for complaint in invocation.complaints { #expect(!complaint.contains("\n")) }
            if let plan = try? invocation.plan(probe: probe()) {
                #expect(plan.root.isAbsolute && plan.link.isAbsolute)
            }
        }
    }
}
