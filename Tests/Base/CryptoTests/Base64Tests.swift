import Crypto
import Testing

@Suite("Base64")
struct Base64Tests {
    @Test(
        "the examples of RFC 4648, without padding, are read and written",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ])
    func examples(plain: String, encoded: String) {
        #expect(Base64.urlText(Array(plain.utf8)) == encoded)
        #expect(Base64.bytes(encoded.utf8) == Array(plain.utf8))
        #expect(Base64.bytes("\(encoded)==\r\n".utf8) == Array(plain.utf8))
    }

    @Test(
        "the usual form has padding",
        arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("\u{3ff}\u{7fe}", "z7/fvg==")])
    func padding(plain: String, encoded: String) {
        #expect(Base64.text(Array(plain.utf8)) == encoded)
    }

    @Test("the form for URLs has its own last two digits; what is no digit is refused")
    func digits() {
        #expect(Base64.urlText([0xfb, 0xff, 0xfe]) == "-__-")
        #expect(Base64.bytes("+//+".utf8) == [0xfb, 0xff, 0xfe])
        #expect(Base64.bytes("a*b".utf8) == nil)
    }
}
