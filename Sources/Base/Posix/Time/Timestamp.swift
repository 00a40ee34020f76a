internal import CShims
internal import Glibc

/// A moment of the calendar, in UTC; for people and protocols, never for measuring how long something took.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Whole seconds since 1970, negative before.
    public let seconds: Int64
    /// The rest, from 0 to 999,999,999.
    public let nanoseconds: Int32

    /// A moment given in seconds since 1970.
    public init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// What the clock says now.
    public static func now() -> Timestamp {
        // Bounded: by the kernel.
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }

    /// Seconds since 1970 as metrics want them.
    public var secondsSince1970: Double { Double(seconds) + Double(nanoseconds) / 1_000_000_000 }

    /// Orders moments by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}

extension Timestamp {
    /// The time so much later, or earlier; at the end of what can be said, the last such time.
    public func adding(_ duration: Duration) -> Timestamp {
        let (whole, attoseconds) = duration.components
        // Bounded: both parts are below a second.
        let total = Int64(nanoseconds) + attoseconds / 1_000_000_000
        let carry = total < 0 ? -1 : total / 1_000_000_000
        let (sum, overflows) = seconds.addingReportingOverflow(whole)
        let (end, overflowsAgain) = sum.addingReportingOverflow(carry)
        guard !overflows, !overflowsAgain else {
            return Timestamp(seconds: whole < 0 ? .min : .max, nanoseconds: 0)
        }
        return Timestamp(seconds: end, nanoseconds: Int32(total - carry * 1_000_000_000))
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 with milliseconds, for example `2026-11-20T19:05:07.042Z`.
    ///
    /// It knows the years 0 to 9999: what lies beyond is written as the first or the last second of them.
    public var description: String {
        String(decoding: rfc3339, as: UTF8.self)
    }

    /// The bytes of `description`.
    public var rfc3339: [UInt8] {
        // Bounded: by the next line, and nothing is left to be too large or below zero.
        let seconds = min(max(self.seconds, -62_167_219_200), 253_402_300_799)
        let day = Timestamp.floorDivide(seconds, by: 86_400)
        let second = seconds - day * 86_400
        let date = Timestamp.date(ofDay: day)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        func append(_ value: Int64, digits: Int, then separator: Character?) {
            var scale: Int64 = 1
            for _ in 1..<digits { scale *= 10 }
            while scale > 0 {
                text.append(UInt8(ascii: "0") + UInt8(value / scale % 10))
                scale /= 10
            }
            if let byte = separator?.asciiValue { text.append(byte) }
        }
        append(date.year, digits: 4, then: "-")
        append(date.month, digits: 2, then: "-")
        append(date.day, digits: 2, then: "T")
        append(second / 3600, digits: 2, then: ":")
        append(second / 60 % 60, digits: 2, then: ":")
        append(second % 60, digits: 2, then: ".")
        append(Int64(nanoseconds / 1_000_000), digits: 3, then: "Z")
        return text
    }

    /// The date of a day counted from 1970-01-01.
    ///
    /// Years are taken to begin in March, so that the leap day is the last of its year; 400 of them always have the same
    /// 146,097 days, and five months in a row the same 153.
    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // Bounded: by the years that RFC 3339 knows.
        let sinceMarchOfYearZero = day + 719_468
        let era = floorDivide(sinceMarchOfYearZero, by: 146_097)
        let dayOfEra = sinceMarchOfYearZero - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    /// Divides and rounds down, for a divisor above zero.
    static func floorDivide(_ value: Int64, by divisor: Int64) -> Int64 {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
        // Bounded: only what is below zero has a rest below zero, and a quotient that is not the smallest number.
        return rest < 0 && divisor > 1 ? quotient - 1 : quotient
    }
}

extension Duration {
    /// The duration in seconds, with its fraction.
    public var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
