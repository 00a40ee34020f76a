import TestSupport
import Testing

@Suite(
    "The program that is tested", .endToEnd, .timeLimit(.minutes(5)),
    .enabled(if: Sidecar.sanitized == nil, "this run tests a program with a sanitizer"))
struct ProgramTests {
    @Test("it is the one that ships, and so is its worker: stripped, and with Swift's library in them")
    func shipped() throws {
        for program in [try Sidecar.program, try Sidecar.program + "-worker"] {
            let kinds = try kindsOfSections(program)
            let (symbols, dynamic) = (2, 6)
            #expect(kinds.contains(dynamic) && !kinds.contains(symbols), "\(program): \(kinds)")
            let libraries = try runProgram(["ldd", program]).succeeded().output
            #expect(!libraries.contains("libswift"), "\(program): \(libraries)")
        }
    }

    @Test("libgit2 is in the worker alone, and libcurl is not in it")
    func libraries() throws {
        let program = try Sidecar.program
        let (own, worker) = (
            try runProgram(["ldd", program]).succeeded().output,
            try runProgram(["ldd", program + "-worker"]).succeeded().output
        )
        #expect(own.contains("libcurl") && !own.contains("libgit2"), "\(own)")
        #expect(worker.contains("libgit2") && !worker.contains("libcurl"), "\(worker)")
    }

    /// The kinds in the table of sections in the header of elf(5), for 64 bits and the least significant byte first.
    private func kindsOfSections(_ program: String) throws -> [Int] {
        let bytes = try TestFiles.read(program)
        #expect(bytes.starts(with: [0x7f] + Array("ELF".utf8)))
        func number(at place: Int, bytes count: Int) -> Int {
            bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let (table, size) = (number(at: 0x28, bytes: 8), number(at: 0x3a, bytes: 2))
        return (0..<number(at: 0x3c, bytes: 2)).map { number(at: table + $0 * size + 4, bytes: 4) }
    }
}
