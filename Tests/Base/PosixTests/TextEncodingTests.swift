import Posix
import Testing

@Suite("Encodings of text")
struct TextEncodingTests {
    private func convert(_ text: [UInt8], _ source: String, _ target: String) throws -> [UInt8] {
        try TextEncoding.convert(text.span, from: source, to: target)
    }

    @Test("text of any length is converted whole", arguments: [0, 1, 2, 63, 64, 1000, 65536, 1_000_000])
    func lengths(count: Int) throws {
        let text = Array(String(repeating: "é", count: count).utf8)
        let wide = try convert(text, "UTF-8", "UTF-32LE")
        #expect(wide.count == 4 * count)
        #expect(try convert(wide, "UTF-32LE", "UTF-8") == text)
    }

    @Test(
        "what cannot be converted is refused, with the reason",
        arguments: [
            (
                [0xFF], "UTF-8", "UTF-16LE",
                "cannot convert text from UTF-8 to UTF-16LE: invalid or incomplete multibyte or wide character"
            ),
            ([0xC3], "UTF-8", "UTF-16LE", "cannot convert text from UTF-8 to UTF-16LE: invalid argument"),
            ([0x61], "UTF-8", "no-such", "cannot convert text from UTF-8 to no-such: invalid argument"),
        ] as [([UInt8], String, String, String)])
    func refused(text: [UInt8], source: String, target: String, words: String) {
        #expect { try convert(text, source, target) } throws: { "\($0)" == words }
    }
}
