/// Base64 as RFC 4648 has it.
public enum Base64 {
    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    /// The usual form, with padding.
    public static func text(_ bytes: [UInt8]) -> String {
        text(bytes, letters + "+/") + String(repeating: "=", count: (3 - bytes.count % 3) % 3)
    }

    /// The form for URLs, without padding, as JSON Web Tokens use it.
    public static func urlText(_ bytes: [UInt8]) -> String { text(bytes, letters + "-_") }

    private static func text(_ bytes: [UInt8], _ alphabet: String) -> String {
        let digits = Array(alphabet.utf8)
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var (bits, held) = (0, 0)
        for byte in bytes {
            bits = bits << 8 | Int(byte)
            held += 8
            while held >= 6 {
                held -= 6
                text.append(digits[bits >> held & 63])
            }
            bits &= 63
        }
        if held > 0 { text.append(digits[bits << (6 - held) & 63]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of the usual form, with line ends and padding passed over; nil when another character is in it.
    public static func bytes(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var (bits, held) = (0, 0)
        for byte in text {
            let value: UInt8
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0") + 52
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "="), UInt8(ascii: " "): continue
            default: return nil
            }
            bits = (bits << 6 | Int(value)) & 0xffff
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(bits >> held & 0xff))
            }
        }
        return bytes
    }
}
