import Telemetry
import Testing

@Suite("Progress")
struct ProgressTests {
    @Test(
        "a bar is filled as far as the work is done",
        arguments: [
            (0, "[..........]   0 %  0 of 4,000 objects"), (1999, "[####......]  49 %  1,999 of 4,000 objects"),
            (4000, "[##########] 100 %  4,000 of 4,000 objects"),
            (9000, "[##########] 100 %  9,000 of 4,000 objects"),
        ])
    func bar(done: Int, expected: String) {
        #expect(ProgressText(done: done, total: 4000, unit: "objects").bar(width: 10) == expected)
    }

    @Test("without a total there are only words")
    func words() {
        #expect(ProgressText(done: 12, total: 0, unit: "files").bar() == "12 files")
        #expect(ProgressText(done: 3 << 20, total: nil, unit: "bytes").bar() == "3 MiB")
        #expect(ProgressText(done: 1536, total: 10 << 20, unit: "bytes").words == "1.5 KiB of 10 MiB")
    }
}
