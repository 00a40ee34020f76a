import Options
import Testing

@Suite("Settings in git's names")
struct GitConfigTests {
    @Test(
        "the list is read with its quotes and escapes",
        arguments: [
            ("k:v", [["k", "v"]]),
            ("k1:v1,k2:v2", [["k1", "v1"], ["k2", "v2"]]),
            ("k1:v1,k2:v2,", [["k1", "v1"], ["k2", "v2"]]),
            (#""k1":"v1","k2":"v2""#, [["k1", "v1"], ["k2", "v2"]]),
            (#""k:1":v"#, [["k:1", "v"]]),
            (#"k:a:b:c"#, [["k", "a:b:c"]]),
            (#"k:a\,b,l:c"#, [["k", "a,b"], ["l", "c"]]),
            (#"k:"a,b",l:c"#, [["k", "a,b"], ["l", "c"]]),
            (#"k:"a\,\"\\\n\t""#, [["k", "a,\"\\\n\t"]]),
            (#"k:a\n\t\"\\z"#, [["k", "a\n\t\"\\z"]]),
            (#"k:"""#, [["k", ""]]),
            (#"http.proxy:http://proxy:3128"#, [["http.proxy", "http://proxy:3128"]]),
            ("a:b, c:d", [["a", "b"], ["c", "d"]]),
            (#"k:a"b"#, [["k", #"a"b"#]]),
        ])
    func reads(_ text: String, _ expected: [[String]]) throws {
        #expect(try GitConfig.read(text).entries.map { [$0.key, $0.value] } == expected)
    }

    @Test(
        "a broken list is refused",
        arguments: [
            "", "k", "k:", ":v", ",", "k:v,k", #"k:"v"#, #"k:"v"x"#, #"k:\x"#, #""k"v"#, #""k:v"#, #"k:\"#, "a,b:c",
            #""k\z":v"#,
        ])
    func refuses(_ text: String) {
        #expect(throws: ValueProblem.self) { try GitConfig.read(text) }
    }

    @Test("values are never printed, since they hold passwords")
    func hidesValues() throws {
        let config = try GitConfig.read(#"http.extraHeader:hunter2,"url.https://u:hunter2@h/.insteadOf":x"#)
        var dumped = ""
        dump(config, to: &dumped)
        let printed = "\(config) \(String(reflecting: config)) \(config.text)" + dumped
        #expect(!printed.contains("hunter2"))
        #expect(config.description == "http.extraHeader:***,url.https://***@h/.insteadOf:***")
    }
}
