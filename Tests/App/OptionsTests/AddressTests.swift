import Options
import Testing

@Suite("Addresses")
struct AddressTests {
    @Test(
        "an address prints without user, password and query",
        arguments: [
            ("https://example.com/a.git", "https://example.com/a.git"),
            ("https://user:hunter2@example.com/a.git", "https://***@example.com/a.git"),
            ("https://hunter2@example.com/", "https://***@example.com/"),
            ("https://user:hunter2/with@slash@example.com/", "https://***@example.com/"),
            ("https://example.com/?token=hunter2", "https://example.com/?***"),
            ("user:hunter2@example.com/a", "***@example.com/a"),
            ("git@example.com:team/app.git", "git@example.com:team/app.git"),
            ("/srv/git/app.git", "/srv/git/app.git"),
        ])
    func redacts(_ text: String, _ expected: String) {
        let address = Address(text)
        #expect(address.description == expected)
        #expect(String(reflecting: address) == expected)
        var dumped = ""
        dump(address, to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }

    @Test(
        "the scheme is recognised",
        arguments: [
            ("https://a", "https"), ("SSH://a", "ssh"), ("ext::sh -c x", "ext"), ("git@a:b", nil), ("/a/b", nil),
            ("a:b", nil), ("://a", nil), ("C:/x", nil),
        ] as [(String, String?)])
    func scheme(_ text: String, _ scheme: String?) {
        #expect(Address(text).scheme == scheme)
    }
}
