import GitProtocol
import Testing

@Suite("Packets")
struct PacketTests {
    private func events(_ bytes: [UInt8], chunk: Int, inParts: Bool = false) throws -> [String] {
        var reader = PacketReader(operation: "read packets")
        var result: [String] = []
        var part: [UInt8] = []
        func shown(_ bytes: [UInt8]) -> String {
            bytes.count > 20 ? "\(bytes.count) bytes" : String(decoding: bytes, as: UTF8.self)
        }
        try inChunks(of: chunk, bytes) { input in
            var position = 0
            func copy(_ range: Range<Int>) -> [UInt8] { range.map { input[$0] } }
            while let event = try reader.next(of: input, at: &position, inParts: inParts) {
                switch event {
                case .flush: result.append("flush")
                case .delimiter: result.append("delimiter")
                case .responseEnd: result.append("response end")
                case .packet(let range): result.append(shown(copy(range)))
                case .gatheredPacket: result.append(shown(reader.gathered))
                case .part(let range, let isFirst, let isLast):
                    #expect(isFirst == part.isEmpty || range.isEmpty)
                    part += copy(range)
                    if isLast {
                        result.append(shown(part))
                        part = []
                    }
                }
            }
            #expect(position == input.count)
        }
        #expect(reader.isBetweenPackets)
        return result
    }

    @Test("come out whole, however the bytes are cut", arguments: chunkSizes, [false, true])
    func whole(chunk: Int, inParts: Bool) throws {
        let bytes =
            packet("hello\n") + flush + packet("") + delimiter + packet([UInt8](repeating: 7, count: 65516))
            + responseEnd + Array("000Aupper!".utf8)
        #expect(
            try events(bytes, chunk: chunk, inParts: inParts)
                == ["hello\n", "flush", "", "delimiter", "65516 bytes", "response end", "upper!"])
    }

    @Test("that lie whole within a piece are not copied")
    func notCopied() throws {
        let bytes = packet("one") + packet("two")
        var reader = PacketReader(operation: "read packets")
        var position = 0
        #expect(try reader.next(of: bytes.span, at: &position) == .packet(4..<7))
        #expect(try reader.next(of: bytes.span, at: &position) == .packet(11..<14))
        #expect(reader.gathered.isEmpty)
    }

    @Test(
        "that are none are refused in words that show what came",
        arguments: [
            ("0003", "cannot read packets: the server's answer is not git's protocol; it reads \"0003\""),
            (
                "Welcome to host\r\n\u{1B}[31m0000",
                "cannot read packets: the server's answer is not git's protocol; it reads \"Welcome to host 0000\""
            ),
            ("00g0", "cannot read packets: the server's answer is not git's protocol; it reads \"00g0\""),
            ("\n <html>", "cannot read packets: the server answered with a web page, not git"),
            ("<!DOCTYPE html><html>", "cannot read packets: the server answered with a web page, not git"),
            (
                "fff1",
                "cannot read packets: the server sent a packet of 65521 bytes, 65520 is the most that git allows"
            ),
            ("0000<html>", "cannot read packets: the server's answer is not git's protocol; it reads \"<html>\""),
        ])
    func refused(text: String, message: String) throws {
        let error = #expect(throws: ProtocolError.self) { try events(Array(text.utf8), chunk: Int.max) }
        #expect(error?.description == message)
    }

    @Test("that are written can be read back, and hold one line only")
    func written() throws {
        var lines = PacketLine()
        try lines.append("command=fetch")
        lines.appendDelimiter()
        try lines.append(String(repeating: "x", count: 65515))
        lines.appendFlush()
        #expect(lines.bytes.starts(with: Array("0012command=fetch\n0001fff0xxx".utf8)))
        #expect(
            try events(lines.bytes, chunk: 100) == ["command=fetch\n", "delimiter", "65516 bytes", "flush"])
        for bad in ["want a\nwant b", "a\0b", String(repeating: "x", count: 65516)] {
            #expect(throws: ProtocolError.self) { try lines.append(bad) }
        }
    }
}
