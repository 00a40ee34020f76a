import Figures
import Testing

@Suite("Figures")
struct FiguresTests {
    @Test(
        "bytes have the prefix that people expect",
        arguments: [
            (0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1 KiB"), (10_240, "10 KiB"),
            (3 << 50, "3072 TiB"),
        ] as [(UInt64, String)])
    func bytes(count: UInt64, expected: String) {
        #expect(bytesText(count) == expected)
    }

    @Test(
        "measured times have the digits that matter",
        arguments: [
            (0.004, "0.00 s"), (0.05, "0.05 s"), (1.26, "1.2 s"), (42.7, "42 s"), (192.0, "3 min 12 s"),
            (1e300, "1666666666 min 40 s"), (.nan, "0.00 s"),
        ] as [(Double, String)])
    func measures(seconds: Double, expected: String) {
        #expect(measuredText(seconds) == expected)
    }

    @Test("digits of either case are read, and nothing else is", arguments: ["0", "0g", "é0", " 00", "0x00", "００"])
    func hexadecimal(malformed: String) {
        #expect(Hexadecimal.bytes("00fFAb") == [0, 0xff, 0xab])
        #expect(Hexadecimal.bytes("") == [])
        #expect(Hexadecimal.bytes(malformed) == nil)
    }

    @Test(
        "a time that was set is written with as many digits as it needs",
        arguments: [
            (.seconds(30), "30 s"), (.milliseconds(250), "0.25 s"), (.milliseconds(1005), "1.005 s"), (.zero, "0 s"),
            (.seconds(Int64.max), "9223372036854775807 s"),
        ] as [(Duration, String)])
    func set(duration: Duration, expected: String) {
        #expect(durationText(duration) == expected)
    }

    @Test(
        "a short time has milliseconds, and tenths of few of them",
        arguments: [
            (.microseconds(449), "0.4 ms"), (.milliseconds(12), "12 ms"), (.microseconds(9999), "9.9 ms"),
            (.seconds(2), "2000 ms"), (.zero, "0.0 ms"),
        ] as [(Duration, String)])
    func short(duration: Duration, expected: String) {
        #expect(millisecondsText(duration) == expected)
    }

    @Test(
        "a time that has passed has the largest unit that fits",
        arguments: [
            (0, "0 seconds"), (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (7_199, "1 hour"),
            (86_400 * 3, "3 days"),
        ] as [(Int64, String)])
    func largest(seconds: Int64, expected: String) {
        #expect(largestUnitText(seconds) == expected)
    }

    @Test("thousands stand apart")
    func grouped() {
        #expect(groupedText(999) == "999")
        #expect(groupedText(-1_234_567) == "-1,234,567")
        #expect(groupedText(.min) == "-9,223,372,036,854,775,808")
    }
}
