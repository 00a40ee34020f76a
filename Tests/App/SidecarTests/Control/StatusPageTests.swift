import Crypto
import HTTPServer
import Testing

@testable import Sidecar

@Suite("The status page's document")
struct StatusPageTests {
    private let page = StatusPage()
    private var text: String { String(decoding: page.document, as: UTF8.self) }

    private func answer(_ path: String, _ method: String = "GET", headers: [HeaderField] = []) -> Response {
        var router = Router()
        page.add(to: &router)
        return router.answer(Request(method, path, headers: headers))
    }

    /// What stands between two texts.
    private func part(_ start: String, _ end: String) throws -> String {
        let first = try #require(text.firstRange(of: start))
        let rest = text[first.upperBound...]
        return String(rest[..<(try #require(rest.firstRange(of: end))).lowerBound])
    }

    @Test("it allows its own style and script by their hashes, and nothing else")
    func policy() throws {
        for element in [("style-src", "<style>", "</style>"), ("script-src", #"<script type="module">"#, "</script>")] {
            let hash = Base64.text(SHA256.hash(Array(try part(element.1, element.2).utf8)))
            #expect(page.policy.contains("\(element.0) 'sha256-\(hash)';"))
        }
        #expect(page.policy.hasPrefix("default-src 'none';"))
        for word in ["unsafe", "*", "http", "data: "] { #expect(!page.policy.contains(word)) }
        // Neither attribute would run.
        #expect(text.firstMatch(of: #/<[^>]* (style|on[a-z]+)=/#) == nil)
    }

    @Test("it names nothing outside, makes no markup of data, and is small")
    func selfContained() {
        // The name of a format; nobody asks there.
        let rest = text.replacing("http://www.w3.org/2000/svg", with: "")
        for word in ["://", "@import", "url(", "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval("] {
            #expect(!rest.contains(word), "\(word)")
        }
        #expect(text.firstMatch(of: #/(src|href)="\//#) == nil, "it works below a prefix of a proxy")
        #expect(page.document.count < 42_000)
    }

    @Test("it is answered with its policy, to HEAD too, and not sent again to who has it")
    func answers() throws {
        let full = answer("/ui")
        #expect(full.status == 200)
        #expect(full.bytes == page.document)
        #expect(full.header("Content-Type") == "text/html; charset=utf-8")
        #expect(full.header("Content-Security-Policy") == page.policy)
        #expect(full.header("X-Content-Type-Options") == "nosniff")
        #expect(full.header("Referrer-Policy") == "no-referrer")
        #expect(answer("/ui", "HEAD").headers == full.headers)
        #expect(answer("/ui", "POST").status == 405)
        let tag = try #require(full.header("ETag"))
        let again = answer("/ui", headers: [HeaderField("If-None-Match", tag)])
        #expect(again.status == 304)
        #expect(again.bytes == [])
        #expect(again.header("Content-Security-Policy") == page.policy)
    }

    @Test("with a slash at its end it leads to where it is, below a prefix too")
    func slash() {
        #expect(answer("/ui/").status == 308)
        #expect(answer("/ui/").header("Location") == "../ui")
    }
}
