import Posix
import TestSupport
import Testing

@Suite("Time", .timeLimit(.minutes(1)))
struct TimeTests {
    @Test(
        "a moment is written as date writes it",
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000Z"), (951_782_399, 999_999_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400, 1_000_000, "2000-02-29T00:00:00.001Z"), (951_868_800, 0, "2000-03-01T00:00:00.000Z"),
            (4_107_542_400, 0, "2100-03-01T00:00:00.000Z"), (-1, 0, "1969-12-31T23:59:59.000Z"),
            (-2_203_891_200, 0, "1900-03-01T00:00:00.000Z"), (1_709_164_799, 5_000_000, "2024-02-28T23:59:59.005Z"),
            (253_402_300_799, 0, "9999-12-31T23:59:59.000Z"), (-62_167_219_200, 0, "0000-01-01T00:00:00.000Z"),
            (-62_167_219_201, 0, "0000-01-01T00:00:00.000Z"), (.min, 0, "0000-01-01T00:00:00.000Z"),
            (253_402_300_800, 0, "9999-12-31T23:59:59.000Z"), (.max, 0, "9999-12-31T23:59:59.000Z"),
        ] as [(Int64, Int32, String)])
    func written(seconds: Int64, nanoseconds: Int32, expected: String) {
        #expect(Timestamp(seconds: seconds, nanoseconds: nanoseconds).description == expected)
    }

    @Test(
        "a date with a year that nobody writes is none",
        arguments: ["9223372036854775807", "99999", "99999999999999999999999", "-1"])
    func foreignYear(year: String) {
        #expect(Timestamp(httpDate: "Sun, 06 Nov \(year) 08:49:37 GMT") == nil)
        #expect(Timestamp(httpDate: "Sun, \(year) Nov 1994 08:49:37 GMT") == nil)
    }

    @Test("numbers that do not fit end at the greatest or the smallest that does")
    func saturation() {
        #expect(UInt64.max.addingSaturated(1) == .max)
        #expect(Int64.max.addingSaturated(1) == .max)
        #expect(Int64.min.addingSaturated(-1) == .min)
        #expect(Int64(2).addingSaturated(-5) == -3)
        #expect(Int64.min.multipliedSaturated(by: -1) == .max)
        #expect(Int64.max.multipliedSaturated(by: -2) == .min)
        #expect(UInt64(1 << 40).multipliedSaturated(by: 1 << 40) == .max)
        #expect(Int64(-3).multipliedSaturated(by: 4) == -12)
        #expect(Int(saturating: 1e300) == .max && Int(saturating: -1e300) == .min)
        #expect(Int(saturating: .infinity) == .max && Int(saturating: .nan) == 0)
        #expect(Int(saturating: -2.9) == -2 && UInt64(saturating: -1) == 0)
    }

    @Test("every day of 400 years is written as date(1) writes it")
    func everyDay() throws {
        let days = (0..<146_097).map { Int64($0) * 86_400 }
        let result = try runCommand(
            Command("/bin/date", ["-u", "-f", "-", "+%Y-%m-%d"], environment: [:]),
            input: Array(days.map { "@\($0)\n" }.joined().utf8), deadline: .after(.seconds(50)),
            outputLimit: 10_000_000)
        let expected = result.output.text.split(separator: "\n")
        #expect(expected.count == days.count)
        let wrong = zip(days, expected).first { Timestamp(seconds: $0).description.prefix(10) != $1 }
        #expect(wrong == nil)
    }

    @Test("now is now")
    func now() {
        #expect(Timestamp.now().seconds > 1_700_000_000)
        #expect(Timestamp.now() <= Timestamp.now())
    }

    @Test("a duration in seconds keeps its fraction")
    func seconds() {
        #expect(Duration.milliseconds(1500).inSeconds == 1.5)
        #expect(Duration.microseconds(-250).inSeconds == -0.00025)
    }

    @Test("a pause lasts as long as asked, and ends at the deadline or when called off")
    func pause() throws {
        let started = ContinuousClock.now
        try Deadline.after(.seconds(20)).pause(.milliseconds(30))
        #expect(ContinuousClock.now - started >= .milliseconds(30))
        #expect(throws: SystemError(code: 110, operation: "wait")) {
            try Deadline.after(.milliseconds(20)).pause(.seconds(60))
        }
        let cancellation = try Cancellation()
        cancellation.cancel()
        #expect(throws: SystemError(code: 125, operation: "wait")) {
            try Deadline.after(.seconds(60), cancellation: cancellation).pause(.seconds(60))
        }
    }

    @Test("a deadline goes by the clock that it has, and so do all that are made from it")
    func ownClock() throws {
        let sleeps = Locked<[Duration]>([])
        let clock = TestClock { end in sleeps.withLock { $0.append(end) } }
        let deadline = clock.deadline(.seconds(3600))
        try deadline.pause(.seconds(1800))
        #expect(sleeps.withLock { $0.count } == 1)
        #expect(clock.elapsed >= .seconds(1800))
        #expect(deadline.remaining <= .seconds(1800))
        try deadline.capped(at: .seconds(60)).pause(.seconds(30))
        #expect(deadline.remaining <= .seconds(1770))
        #expect(throws: SystemError(code: 110, operation: "wait")) { try deadline.pause(.seconds(3600)) }
        #expect(deadline.remaining == .zero)
        #expect(clock.elapsed < .seconds(7200), "it sleeps no longer than until the deadline")
        try deadline.renewed(for: .seconds(60)).pause(.seconds(30))
    }

    @Test("a wait for what does not come ends when a clock runs ahead, and one that it does not concern goes on")
    func runsAhead() throws {
        let event = try WakeEvent()
        let clock = TestClock()
        let deadline = clock.deadline(.seconds(1 << 20))
        try clock.runAhead(by: .seconds(3600), while: { true }) {
            while deadline.remaining > .zero { try event.wait(deadline) }
        }
        let raiser = try onceThisThreadWaits { event.raise() }
        let untouched = clock.deadline(.seconds(3600))
        try clock.runAhead(by: .seconds(3600), while: { false }) { try event.wait(untouched) }
        raiser.join()
        #expect(untouched.remaining > .zero)
    }
}
