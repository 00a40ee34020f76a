extension Timestamp {
    /// Reads the time of RFC 3339 in whole seconds, such as `2026-11-20T19:05:07Z` or `…+02:00`.
    public init?(rfc3339 text: String) {
        let parts = Array(text.utf8)
        guard parts.count >= 20, "Tt ".utf8.contains(parts[10]) else { return nil }
        guard
            let time = Timestamp.seconds(
                year: parts[0..<4].number, month: parts[5..<7].number, day: parts[8..<10].number,
                clock: parts[11..<19])
        else { return nil }
        var rest = parts[19...]
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst().drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        if rest.elementsEqual("Z".utf8) || rest.elementsEqual("z".utf8) {
            self.init(seconds: time)
            return
        }
        let zone = Array(rest)
        guard zone.count == 6, zone[3] == UInt8(ascii: ":"), let hours = zone[1..<3].number,
            let minutes = zone[4..<6].number, "+-".utf8.contains(zone[0])
        else { return nil }
        // Bounded: two digits each, and four of the year.
        let offset = (hours * 60 + minutes) * 60
        self.init(seconds: zone[0] == UInt8(ascii: "+") ? time - offset : time + offset)
    }

    /// Reads the date of an HTTP header, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    public init?(httpDate text: String) {
        let words = text.split(separator: " ").map { Array($0.utf8) }
        // Bounded: the place of a month is below twelve.
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard words.count == 6, words[5].elementsEqual("GMT".utf8), words[4].count == 8,
            let month = months.firstIndex(where: { words[2].elementsEqual($0.utf8) }),
            let time = Timestamp.seconds(
                year: words[3][...].number, month: Int64(month + 1), day: words[1][...].number, clock: words[4][...])
        else { return nil }
        self.init(seconds: time)
    }

    private static func seconds(year: Int64?, month: Int64?, day: Int64?, clock: ArraySlice<UInt8>) -> Int64? {
        let start = clock.startIndex
        // Bounded: each part is looked at before it is calculated with.
        guard let year, let month, let day, (0...9999).contains(year), (1...12).contains(month),
            (1...31).contains(day), let hour = clock[start..<(start + 2)].number,
            let minute = clock[(start + 3)..<(start + 5)].number,
            let second = clock[(start + 6)..<(start + 8)].number, hour < 24, minute < 60, second <= 60
        else { return nil }
        // Years are counted from March, so that the odd day is the last one of its year.
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
        return ((days * 24 + hour) * 60 + minute) * 60 + second
    }
}

extension ArraySlice<UInt8> {
    /// The number that decimal digits, and nothing else, write.
    fileprivate var number: Int64? {
        // Bounded: reading digits gives nil where they do not fit.
        allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            ? Int64(String(decoding: self, as: UTF8.self)) : nil
    }
}
