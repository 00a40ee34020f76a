internal import Crypto
internal import Figures
internal import HTTPServer

/// The page for people at `/ui`: one document that asks `/v1` for everything it shows.
///
/// Its style and its script stand in it, and the browser runs them because the policy beside it names their hashes; it
/// runs nothing else, whatever a commit or the output of a command says.
struct StatusPage: Sendable {
    let document: [UInt8]
    let policy: String
    private let headers: [HeaderField]
    private let tag: String

    /// Puts the page together from its source files.
    init() {
        let style = String(decoding: PackageResources.page_css, as: UTF8.self)
        let parts = [
            PackageResources.words_js, PackageResources.view_js, PackageResources.deployments_js,
            PackageResources.live_js,
        ]
        let script = parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
        let frame = String(decoding: PackageResources.page_html, as: UTF8.self)
        let lines = frame.split(separator: "\n").map { line in
            switch line {
            case "<style></style>": "<style>\(style)</style>"
            case #"<script type="module"></script>"#: #"<script type="module">\#(script)</script>"#
            default: String(line)
            }
        }
        document = Array((lines.joined(separator: "\n") + "\n").utf8)
        policy = [
            "default-src 'none'", "style-src \(StatusPage.source(style))", "script-src \(StatusPage.source(script))",
            "connect-src 'self'", "img-src data:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
            "require-trusted-types-for 'script'", "trusted-types 'none'",
        ].joined(separator: "; ")
        tag = "\"\(Hexadecimal.text(Array(SHA256.hash(document).prefix(16))))\""
        headers = [
            HeaderField("Content-Security-Policy", policy), HeaderField("X-Content-Type-Options", "nosniff"),
            HeaderField("Referrer-Policy", "no-referrer"), HeaderField("Cache-Control", "no-cache"),
            HeaderField("ETag", tag),
        ]
    }

    func add(to router: inout Router) {
        router.add("GET", "/ui") { answer($0) }
        // From there the page would look for the API in the wrong place; relative, since a proxy may add a prefix.
        router.add("GET", "/ui/") { _ in
            .text(308, "the status page is at ../ui", headers: [HeaderField("Location", "../ui")])
        }
    }

    private func answer(_ request: Request) -> Response {
        if request.header("If-None-Match") == tag { return Response(304, headers: headers) }
        let type = HeaderField("Content-Type", "text/html; charset=utf-8")
        return Response(200, headers: [type] + headers, body: .bytes(document))
    }

    /// How a policy names something that stands in the page.
    private static func source(_ text: String) -> String { "'sha256-\(Base64.text(SHA256.hash(Array(text.utf8))))'" }
}
