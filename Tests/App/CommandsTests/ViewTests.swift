import ControlAPI
import JSON
import Posix
import Telemetry
import TestSupport
import Testing

@testable import Commands

@Suite("Tables for people")
struct ViewTests {
    private let now = Timestamp(rfc3339: "2026-01-31T12:34:56Z") ?? .now()

    @Test("releases that can be gone back to, and what happened")
    func releases() {
        let answer: JSONValue = [
            "releases": [
                [
                    "hash": .string(Hash.blue), "ref": "main", "subject": "Make it blue",
                    "time": "2026-01-31T12:30:00.000Z", "live": true, "good": true, "quarantined": false,
                ],
                [
                    "hash": .string(Hash.red), "ref": "main", "subject": "漢字 first", "time": .null, "live": false,
                    "good": false, "quarantined": true,
                ],
            ],
            "deployments": [
                deployment(Hash.red, "rolled-back", "it did not start"), deployment(Hash.blue, "deployed"),
            ],
        ]
        #expect(
            ReleasesView(answer: answer, now: now, style: .none, width: 80).lines() == [
                "Releases that can be gone back to",
                "  1111111  Make it blue  4 minutes ago  live, last good",
                "  2222222  漢字 first                   held back",
                "", "What happened",
                "  2222222  rolled-back  1.2 s  Make it so – it did not start  4 minutes ago",
                "  1111111  deployed     1.2 s  Make it so                     4 minutes ago",
            ])
        let nothing: JSONValue = ["releases": .array([]), "deployments": .array([])]
        #expect(
            ReleasesView(answer: nothing, now: now, style: .none, width: 80).lines() == ["No release is kept yet."])
    }

    private func process(_ pid: Int, _ command: String, _ signalled: Bool, _ why: String) -> JSONValue {
        [
            "pid": JSONValue(pid), "parent": 1, "user": pid == 1 ? .null : "www-data", "uid": 33,
            "cpu_seconds": JSONValue(75.25), "memory": 4_194_304, "started": "2026-01-31T12:04:00.000Z",
            "command": .string(command), "signalled": .bool(signalled), "why": .string(why),
        ]
    }

    @Test("processes as top shows them, and which of them a signal would reach and why")
    func processes() {
        let answer: JSONValue = [
            "targets": [["target": "name:nginx", "problem": .null], ["target": "name:node", "problem": "nobody"]],
            "processes": [
                process(1, "/pause", false, "no target finds it"),
                process(7, "nginx: master process", true, "root of the tree that name:nginx finds"),
                process(8, "nginx: worker process", false, "below process 7, which name:nginx finds"),
                process(9, "nginx: worker process", false, "below process 7, which name:nginx finds"),
            ],
        ]
        #expect(
            ProcessesView(answer: answer, now: now, style: .none, width: 80).lines().joined(separator: "\n") == """
                PID  USER        CPU    MEM  START  SIGNAL  COMMAND
                  1  33        1m15s  4 MiB  12:04  no      /pause
                  7  www-data  1m15s  4 MiB  12:04  yes     nginx: master process
                  8  www-data  1m15s  4 MiB  12:04  no      nginx: worker process
                  9  www-data  1m15s  4 MiB  12:04  no      nginx: worker process

                A signal would reach
                  7: root of the tree that name:nginx finds

                It would not reach
                  1: no target finds it
                  8, 9: below process 7, which name:nginx finds

                name:node: nobody
                """)
    }

    @Test("a diagnosis is folded below its text, and the advice below that")
    func diagnosis() {
        let diagnosis = Diagnosis(
            .problem, "credentials", "cannot reach https://example.com/a.git: the server answers 401",
            advice: "Give a password.")
        #expect(
            diagnosis.lines(.none, width: 70) == [
                "problem  credentials    cannot reach https://example.com/a.git: the",
                "                        server answers 401",
                "                        Give a password.",
            ])
    }

    @Test(
        "times are told as people tell them",
        arguments: [
            (0, "just now"), (1, "1 second ago"), (59, "59 seconds ago"), (60, "1 minute ago"),
            (7199, "1 hour ago"), (86_400 * 3, "3 days ago"), (-5, "just now"),
        ] as [(Int64, String)])
    func ages(seconds: Int64, expected: String) {
        #expect(age(Timestamp(seconds: now.seconds - seconds), now) == expected)
    }

}

@Suite("Stages as they happen", .scratch)
struct StageDisplayTests {
    @Test("a terminal gets a bar that moves, and a line for each stage that has ended")
    func terminal() throws {
        let path = Scratch.directory + "/terminal"
        let file = try FileDescriptor.open(path, .write, [.create])
        let line = StatusLine(file.number)
        let display = StageDisplay(
            Console(statusLine: line, write: { _ in }, complain: { line.write(Array(($0 + "\n").utf8)) }))
        func stage(_ state: JSONValue, _ progress: JSONValue = .null) -> StageAnswer {
            StageAnswer(["stage": "fetch", "state": state, "seconds": 2, "progress": progress])
        }
        display.show(stage("started"))
        display.show(stage("progress", ["done": 50, "total": 100, "unit": "objects"]))
        display.show(stage("ended"))
        #expect(
            try TestFiles.text(path)
                == "\rfetch    …\u{1b}[K" + "\rfetch    [############............]  50 %  50 of 100 objects\u{1b}[K"
                + "\r\u{1b}[K" + "fetch    2.0 s\n")
    }
}
