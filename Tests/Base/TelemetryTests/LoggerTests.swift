import Posix
import Telemetry
import Testing

@Suite("Log lines")
struct LoggerTests {
    private static let record = LogRecord(
        time: Timestamp(seconds: 1_795_201_507, nanoseconds: 42_999_999), level: .warning, message: "remote is slow",
        fields: [
            "hash": "abc123", "empty": "", "path": .bytes(Array("a b".utf8) + [0xff]), "files": .count(3),
            "seconds": .seconds(.milliseconds(1500)), "whole": 2.0, "stale": true, "why": "say \"no\"\n\u{1b}[31m\\",
            "list": .list(["x", 1]),
        ])

    @Test(
        "a line is exactly this",
        arguments: [
            (
                LogFormat.json,
                #"{"ts":"2026-11-20T19:05:07.042Z","level":"warning","msg":"remote is slow","hash":"abc123","empty":"","#
                    + #""path":"a b�","files":3,"seconds":1.5,"whole":2,"stale":true,"#
                    + #""why":"say \"no\"\n\u001b[31m\\","list":["x",1]}"#
            ),
            (
                .logfmt,
                #"ts=2026-11-20T19:05:07.042Z level=warning msg="remote is slow" hash=abc123 empty="" path="a b�" "#
                    + #"files=3 seconds=1.5 whole=2 stale=true why="say \"no\"\n\u001b[31m\\" list=x,1"#
            ),
            (
                .text,
                #"2026-11-20T19:05:07.042Z warning remote is slow hash=abc123 empty="" path="a b�" "#
                    + #"files=3 seconds=1.5 whole=2 stale=true why="say \"no\"\n\u001b[31m\\" list=x,1"#
            ),
        ])
    func exact(format: LogFormat, expected: String) {
        #expect(String(decoding: LoggerTests.record.formatted(as: format), as: UTF8.self) == expected + "\n")
    }

    @Test("a message cannot send control sequences to a terminal")
    func textMessage() {
        let record = LogRecord(
            time: Timestamp(seconds: 0), level: .info, message: "a\u{9b}31m\nb", fields: [:])
        let text = String(decoding: record.formatted(as: .text), as: UTF8.self)
        #expect(text == #"1970-01-01T00:00:00.000Z info    "a\u009b31m\nb""# + "\n")
    }

    @Test("a number that JSON does not know is written as text")
    func infinity() {
        let record = LogRecord(
            time: Timestamp(seconds: 0), level: .error, message: "m", fields: ["value": .number(.infinity)])
        let text = String(decoding: record.formatted(as: .json), as: UTF8.self)
        #expect(text == #"{"ts":"1970-01-01T00:00:00.000Z","level":"error","msg":"m","value":"inf"}"# + "\n")
    }

    @Test("a long value is cut between characters and says how much is missing")
    func bounded() {
        let record = LogRecord(
            time: Timestamp(seconds: 0), level: .info, message: "m",
            fields: ["value": .text("x" + String(repeating: "é", count: 3000))])
        let text = String(decoding: record.formatted(as: .logfmt), as: UTF8.self)
        #expect(text.hasSuffix("é… (1906 bytes more)\"\n"))
        #expect(text.utf8.count < 4200)
    }

    @Test("a suppressed debug line evaluates nothing; one at the verbosity is written")
    func verbosity() {
        let collector = LogCollector()
        let log = Logger(collector.sink, verbosity: 2)
        var evaluated = 0
        func count(_ text: String) -> String {
            evaluated += 1
            return text
        }
        log.debug(3, count("too deep"), ["x": .text(count("y"))])
        #expect(evaluated == 0)
        log.debug(2, count("deep"), ["x": .text(count("y"))])
        log.debug(count("shallow"))
        #expect(evaluated == 3)
        #expect(collector.messages == ["deep", "shallow"])
        #expect(collector.records.first?.level == .debug(2))
    }

    @Test("fixed fields come first and a failure comes last, in the field error")
    func fields() {
        let collector = LogCollector()
        let log = Logger(collector.sink).with("stage", "fetch").with("attempt", 1).with("attempt", 2)
        log.error("cannot sync", ["hash": "abc"], error: SystemError(code: 2, operation: "open /x"))
        #expect(
            collector.records.map(\.fields) == [
                ["stage": "fetch", "attempt": 2, "hash": "abc", "error": "cannot open /x: no such file or directory"]
            ])
    }

    @Test("the silent logger writes nothing, not even errors")
    func silent() {
        Logger.silent.error("nobody hears this")
        #expect(Logger.silent.writesDebug(1) == false)
    }
}
