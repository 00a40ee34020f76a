import HTTPClient
import Testing

@Suite("Redacted URLs")
struct RedactedURLTests {
    @Test(
        "no user, password or query value is left in a URL that is shown",
        arguments: [
            ("https://host/path", "https://host/path"),
            ("https://user@host/path", "https://host/path"),
            ("https://user:secret@host:8443/path", "https://host:8443/path"),
            ("https://user:sec@ret@host/path", "https://host/path"),
            ("https://user:sec/ret@host/path", "https://host/path"),
            ("https://user:sec?ret@host/path", "https://host/path"),
            ("https://user:secret@[::1]:80/path", "https://[::1]:80/path"),
            ("https://[::1]/path", "https://[::1]/path"),
            ("https://host/path?token=secret&x=secret#secret", "https://host/path?token=***&x=***"),
            ("https://host?secret", "https://host?***"),
            ("https://host/x/info/refs?service=git-upload-pack", "https://host/x/info/refs?service=git-upload-pack"),
            ("https://host/@scope/name", "https://host/@scope/name"),
            ("no url?x=secret", "no url?x=***"),
            ("", ""),
        ])
    func hidesSecrets(url: String, shown: String) {
        #expect(redactedURL(url) == shown)
    }
}
