import JSON
import Testing

@Suite("JSON text")
struct JSONTextTests {
    @Test("what is written is read back as it was")
    func roundTrip() throws {
        let value: JSONValue = [
            "text": "a \"quote\", a \\ and a line\nbreak, a tab\t, \u{1} and \u{7f}, é and 🙂",
            "list": [1, true, .null, "x"], "fraction": JSONValue(1.5), "left out": nil, "empty": [:],
        ]
        #expect(try JSONValue.read(value.text) == value)
        #expect(!value.text.contains("\n"))
        #expect(value["left out"] == nil)
    }
}
