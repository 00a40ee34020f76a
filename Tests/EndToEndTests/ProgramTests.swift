import TestSupport
import Testing

@Suite(
    "The program that is tested", .endToEnd, .timeLimit(.minutes(5)),
    .enabled(if: Sidecar.sanitized == nil, "this run tests a program with a sanitizer"))
struct ProgramTests {
    @Test("it is the one that ships: stripped, and with Swift's library in it")
    func shipped() throws {
        let program = try Sidecar.program
        let bytes = try TestFiles.read(program)
        #expect(bytes.starts(with: [0x7f] + Array("ELF".utf8)))
        // The table of sections in the header of elf(5), for 64 bits and the least significant byte first.
        func number(at place: Int, bytes count: Int) -> Int {
            bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let (table, size) = (number(at: 0x28, bytes: 8), number(at: 0x3a, bytes: 2))
        let kinds = (0..<number(at: 0x3c, bytes: 2)).map { number(at: table + $0 * size + 4, bytes: 4) }
        let (symbols, dynamic) = (2, 6)
        #expect(kinds.contains(dynamic) && !kinds.contains(symbols), "\(kinds)")
        let libraries = try runProgram(["ldd", program]).succeeded().output
        #expect(libraries.contains("libgit2") && !libraries.contains("libswift"), "\(libraries)")
    }
}
