import Posix
import Telemetry
import TestSupport
import Testing

@Suite("The status line", .scratch)
struct StatusLineTests {
    @Test("lines that stay appear above it, and it is written again only when it changes")
    func lines() throws {
        let path = Scratch.directory + "/terminal"
        let file = try FileDescriptor.open(path, .write, [.create])
        let line = StatusLine(file.number)
        line.write(Array("first\n".utf8))
        line.show("10 %")
        line.show("10 %")
        line.write(Array("second\n".utf8))
        line.show("")
        line.write(Array("third\n".utf8))
        #expect(
            try TestFiles.text(path)
                == "first\n" + "\r10 %\u{1b}[K" + "\r\u{1b}[Ksecond\n10 %" + "\r\u{1b}[K" + "third\n")
    }

    @Test("it is cut to the width of the terminal, which is 80 where nobody says")
    func width() throws {
        let path = Scratch.directory + "/terminal"
        let file = try FileDescriptor.open(path, .write, [.create])
        StatusLine(file.number).show(String(repeating: "x", count: 200))
        #expect(try TestFiles.text(path) == "\r\(String(repeating: "x", count: 79))\u{1b}[K")
    }
}
