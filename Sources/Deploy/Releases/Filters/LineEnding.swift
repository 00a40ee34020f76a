/// Conversion of line endings.
enum LineEnding {
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// The content with a CR in front of each LF that has none; nil when there is nothing to do.
    ///
    /// With `onlySafeText` nothing is done to what has a CR already or looks binary: it could not be turned back.
    static func crlf(_ content: Span<UInt8>, onlySafeText: Bool) -> [UInt8]? {
        let counts = Counts(content)
        guard counts.loneLineFeeds > 0 else { return nil }
        if onlySafeText, counts.pairs > 0 || counts.looksBinary { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(content.count + counts.loneLineFeeds)
        var previous: UInt8 = 0
        for index in content.indices {
            let byte = content[index]
            if byte == lineFeed, previous != carriageReturn { result.append(carriageReturn) }
            result.append(byte)
            previous = byte
        }
        return result
    }

    /// What git counts to tell text from other content.
    private struct Counts {
        var loneLineFeeds = 0
        var loneCarriageReturns = 0
        var pairs = 0
        var zeros = 0
        var printable = 0
        var unprintable = 0

        init(_ content: Span<UInt8>) {
            var index = 0
            while index < content.count {
                let byte = content[index]
                index += 1
                switch byte {
                case carriageReturn:
                    if index < content.count, content[index] == lineFeed {
                        pairs += 1
                        index += 1
                    } else {
                        loneCarriageReturns += 1
                    }
                case lineFeed: loneLineFeeds += 1
                // Backspace, tab, form feed and escape occur in text.
                case 8, 9, 12, 27: printable += 1
                case 0:
                    zeros += 1
                    unprintable += 1
                case 1..<32, 127: unprintable += 1
                default: printable += 1
                }
            }
            // The mark that old systems put at the end of a text.
            if content.count > 0, content[content.count - 1] == 26 { unprintable -= 1 }
        }

        var looksBinary: Bool {
            loneCarriageReturns > 0 || zeros > 0 || printable / 128 < unprintable
        }
    }
}
