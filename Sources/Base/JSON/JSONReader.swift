/// Reads JSON from bytes.
struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0

    private static let depthLimit = 32

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func readDocument() throws(JSONError) -> JSONValue {
        let value = try readValue(depth: 0)
        skipSpace()
        if position < bytes.count { throw failure("expected the end of the text") }
        return value
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ message: String) -> JSONError { JSONError(offset: position, message: message) }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func readValue(depth: Int) throws(JSONError) -> JSONValue {
        if depth > JSONReader.depthLimit { throw failure("too many levels") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try readObject(depth: depth)
        case UInt8(ascii: "["): return try readArray(depth: depth)
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        case UInt8(ascii: "-"), .some(0x30...0x39): return try readNumber()
        default: throw failure("expected a value")
        }
    }

    private mutating func readWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for byte in "\(word)".utf8 {
            guard next == byte else { throw failure("expected \(word)") }
            position += 1
        }
        return value
    }

    private mutating func readObject(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var members: [JSONMember] = []
        var names: Set<String> = []
        skipSpace()
        if skip("}") { return .object([]) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw failure("expected a name in quotes") }
            let name = try readString()
            if !names.insert(name).inserted { throw failure("the same name stands twice") }
            skipSpace()
            guard skip(":") else { throw failure("expected a colon") }
            members.append(JSONMember(name: name, value: try readValue(depth: depth + 1)))
            skipSpace()
            if skip("}") { return .object(members) }
            guard skip(",") else { throw failure("expected a comma or }") }
        }
    }

    private mutating func readArray(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if skip("]") { return .array([]) }
        while true {
            elements.append(try readValue(depth: depth + 1))
            skipSpace()
            if skip("]") { return .array(elements) }
            guard skip(",") else { throw failure("expected a comma or ]") }
        }
    }

    private mutating func readNumber() throws(JSONError) -> JSONValue {
        let start = position
        _ = skip("-")
        if !skip("0") { try skipDigits() }
        if skip(".") { try skipDigits() }
        if skip("e") || skip("E") {
            if !skip("+") { _ = skip("-") }
            try skipDigits()
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func skipDigits() throws(JSONError) {
        let start = position
        while let byte = next, 0x30...0x39 ~= byte { position += 1 }
        if position == start { throw failure("expected a digit") }
    }

    private mutating func readString() throws(JSONError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: try readEscape())
            case 0..<0x20: throw failure("a control character must be escaped")
            default: text.append(byte)
            }
        }
        throw failure("the quotes are not closed")
    }

    private mutating func readEscape() throws(JSONError) -> [UInt8] {
        guard let byte = next else { throw failure("the quotes are not closed") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(Character(try readScalar())).utf8)
        default: throw failure("unknown escape")
        }
    }

    // Four hexadecimal digits after \u; characters beyond the first 65,536 take two such escapes.
    private mutating func readScalar() throws(JSONError) -> Unicode.Scalar {
        var code = try readHexadecimal()
        if 0xd800...0xdbff ~= code {
            guard skip("\\"), skip("u") else { throw failure("expected the second half of a character") }
            let low = try readHexadecimal()
            guard 0xdc00...0xdfff ~= low else { throw failure("expected the second half of a character") }
            // Bounded: two halves of ten bits.
            code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw failure("half a character") }
        return scalar
    }

    private mutating func readHexadecimal() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("expected four hexadecimal digits")
            }
            // Bounded: four digits.
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
