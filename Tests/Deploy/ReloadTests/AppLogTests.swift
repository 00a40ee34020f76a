import Posix
import TestSupport
import Testing

@testable import Reload

@Suite("The application's log", .scratch, .timeLimit(.minutes(1)))
struct AppLogTests {
    private let path = "\(Scratch.directory)/app.log"

    private func words(_ path: String, _ change: () throws -> Void) rethrows -> String {
        let log = AppLog(.file(path), environment: [:])
        log.mark()
        try change()
        return log.words(.after(.seconds(20)))
    }

    @Test("only what came after the mark is told, also where the file is made later")
    func after() throws {
        #expect(try words(path) { try TestFiles.write("first\n", to: path) } == "first")
        #expect(try words(path) { try run("echo second >> \(path); printf third >> \(path)") } == "second\nthird")
        #expect(words(path) {} == "")
    }

    @Test("a log that is moved away, or emptied, meanwhile is read to its end")
    func rotated() throws {
        try TestFiles.write("old old old\n", to: path)
        let moved = try words(path) { try run("echo a >> \(path); mv \(path) \(path).1; echo b > \(path)") }
        #expect(moved == "a\nb")
        let gone = try words(path) { try run("echo c >> \(path); mv \(path) \(path).1") }
        #expect(gone == "c")
        try TestFiles.write("old old old\n", to: path)
        #expect(try words(path) { try run(": > \(path); echo d >> \(path)") } == "d")
    }

    @Test("of much it is the end: fifty lines, none of them longer than a screen")
    func much() throws {
        let lines = try words(path) { try run("seq 1 100000 > \(path)") }.split(separator: "\n")
        #expect(lines.count == 50 && lines.last == "100000" && lines.first == "99951")
        let long = try words(path) { try run("rm \(path); yes x | head -c 1000000 | tr -d '\\n' > \(path)") }
        #expect(long.count == 401 && long.hasSuffix("…"))
    }

    @Test("what could act on a terminal is taken out")
    func cleaned() throws {
        let bytes = Array("\u{1b}[31mred\u{1b}[0m \u{202e}back\u{9b}2J\u{7}\r\nnext\tline\n".utf8) + [0xff, 0x0a]
        let text = try words(path) { try TestFiles.write(bytes, to: path) }
        #expect(text == "red  back 2J \nnext line\n\u{fffd}")
    }

    @Test("a FIFO, a link or a directory in its place is said, and neither followed nor waited for")
    func foreign() throws {
        let secret = "\(Scratch.directory)/secret"
        try TestFiles.write("secret\n", to: secret)
        try run("mkdir \(Scratch.directory)/real; echo secret > \(Scratch.directory)/real/log")
        for make in [
            "mkfifo \(path)", "ln -s \(secret) \(path)", "mkdir \(path)",
        ] {
            try run("rm -rf \(path); \(make)")
            let text = words(path) {}
            #expect(text.hasPrefix("(the log cannot be read: cannot read \(path): it is "), "\(text)")
            #expect(throws: SystemError.self) { try AppLog(.file(path), environment: [:]).check() }
        }
        try run("ln -s real \(Scratch.directory)/way")
        let text = words("\(Scratch.directory)/way/log") {}
        #expect(text.hasPrefix("(the log cannot be read: ") && !text.contains("secret"), "\(text)")
        // Exchanged between the mark and the reading.
        try run("rm -rf \(path); echo a > \(path)")
        let exchanged = try words(path) { try run("rm \(path); mkfifo \(path)") }
        #expect(exchanged.hasPrefix("(the log cannot be read: "), "\(exchanged)")
    }

    @Test("the journal is asked for what a unit said since the mark")
    func journal() throws {
        try TestFiles.makeDirectory("\(Scratch.directory)/bin")
        try TestFiles.write(
            "#!/bin/sh\necho \"$@\" > \(path)\necho boom\n", to: "\(Scratch.directory)/bin/journalctl", mode: 0o755)
        let log = AppLog(.unit("web.service"), environment: ["PATH": "\(Scratch.directory)/bin:/usr/bin:/bin"])
        log.mark()
        #expect(log.words(.after(.seconds(20))) == "boom")
        let arguments = try TestFiles.text(path)
        #expect(
            arguments.wholeMatch(
                of: /--no-pager --quiet --output=cat --unit=web\.service --since=@[0-9]+\.[0-9]{6} --lines=50\n/)
                != nil,
            "\(arguments)")
        #expect(try log.check())
        let missing = AppLog(.unit("web.service"), environment: ["PATH": "/nonexistent"])
        #expect(missing.words(.after(.seconds(20))).hasPrefix("(the log cannot be read: cannot run journalctl"))
        #expect(throws: SystemError.self) { try missing.check() }
    }

    private func run(_ script: String) throws { try runProgram(["sh", "-c", script]).succeeded() }
}
