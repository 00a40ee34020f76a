import JSON
import Testing

@Suite("Reading JSON")
struct JSONTests {
    @Test("a document of every kind of value is read")
    func readsEverything() throws {
        let value = try JSONValue.read(
            #" {"a": [1, -2.5e+3, true, false, null], "b": "\u00e9\ud83d\ude00\n\"\\/", "c": {}} "#)
        #expect(
            value
                == .object([
                    JSONMember(
                        name: "a", value: .array([.number("1"), .number("-2.5e+3"), .bool(true), .bool(false), .null])),
                    JSONMember(name: "b", value: .string("é😀\n\"\\/")),
                    JSONMember(name: "c", value: .object([])),
                ]))
    }

    @Test(
        "what is not JSON is refused",
        arguments: [
            "", " ", "{", "[", "[1,]", "{\"a\":1,}", "{a:1}", "{'a':1}", "01", "1.", "-", "+1", ".5", "1e", "tru", "\"",
            "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\nb\"", "1 2",
            "{\"a\":1,\"a\":2}", "[1] // no", "NaN",
        ])
    func refusesOtherText(_ text: String) {
        #expect(throws: JSONError.self) { try JSONValue.read(text) }
    }

    @Test("nesting is limited")
    func limitsDepth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSONValue.read(nested(30)) }
        #expect(throws: JSONError.self) { try JSONValue.read(nested(100_000)) }
    }

    @Test("an error says where, and repeats nothing of the text")
    func errorsRepeatNothing() {
        let error = #expect(throws: JSONError.self) { try JSONValue.read(#"{"password": hunter2}"#) }
        #expect(error?.description == "expected a value at byte 14")
    }
}
