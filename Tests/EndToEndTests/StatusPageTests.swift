import TestSupport
import Testing

@Suite(
    "The status page", .endToEnd, .timeLimit(.minutes(5)),
    .enabled(if: Browser.program != nil, "no Chromium is installed"))
struct StatusPageTests {
    /// A commit's subject and a command's output that would be markup, if a page were made of them.
    private let nasty = #"<img src=x onerror="document.title='run'"> & <b>two</b>"#

    /// A sidecar whose validate command waits while a file `hold` exists, and refuses what says `bad`.
    private func start(_ site: Site, port: String = "0") throws -> (sidecar: RunningSidecar, port: String) {
        let script = try site.script(
            "validate",
            """
            while [ -e \(site.path("hold")) ]; do sleep 0.02; done
            if grep -q bad file; then echo '<script>document.title="run"</script> line 7'; exit 3; fi
            """)
        let sidecar = try site.start("--http-bind=127.0.0.1:\(port)", "--validate-command=\(script)")
        let port = try #require(try sidecar.waitFor("listening")["port"])
        return (sidecar, port)
    }

    @Test("while it is open it tells of a good push, of a bad one with its reason, and of a connection lost and found")
    func pushes() throws {
        let site = try Site()
        let (sidecar, port) = try start(site)
        let browser = try Browser()
        defer { browser.close() }
        try browser.open("http://127.0.0.1:\(port)/ui")
        try browser.wait(for: "#answer", toSay: "Your push is live")
        #expect(try browser.text("#published .hash") == site.tip.prefix(8))
        // From here on it hears by events alone.
        _ = try browser.value("(window.ask = window.fetch, window.fetch = () => new Promise(() => {}))")

        try TestFiles.write("", to: site.path("hold"))
        let good = try site.repository.commit(["file": "two"], message: nasty)
        try browser.wait(for: "#answer", toSay: "Your push is being deployed: validate")
        #expect(try browser.text("#track [aria-current] .name") == "validate")
        #expect(try browser.text("#remote .hash") == good.prefix(8))
        #expect(try browser.text("#published .hash") != good.prefix(8))
        try TestFiles.remove(site.path("hold"))
        try browser.wait(for: "#answer", toSay: "Your push is live")
        try browser.wait(for: "#history li:first-child .subject", toSay: nasty)
        #expect(try browser.text("#history li:first-child .outcome") == "deployed")
        #expect(try browser.text("#published .what") == nasty)

        let bad = try site.repository.commit(["file": "bad"], message: "Break it")
        try browser.wait(for: "#answer", toSay: "Your push is held back")
        try browser.wait(for: "#history li:first-child .subject", toSay: "Break it")
        #expect(try browser.text("#history li:first-child .outcome") == "rejected, never published")
        #expect(try browser.text("#reason").contains("validate"))
        #expect(try browser.text("#quarantine .hash") == bad.prefix(8))
        _ = try browser.value("document.querySelector('#quarantine details').open = true")
        #expect(try browser.text("#quarantine pre").contains(#"<script>document.title="run"</script> line 7"#))
        #expect(try browser.text("#track [data-state=failed] .name") == "validate")
        #expect(try browser.text("#published .hash") == good.prefix(8))
        #expect(try browser.text("#resume") == "git-sidecar resume")
        // The document has the pictures and scripts that it came with, and no other.
        #expect(try browser.value("document.images.length + document.scripts.length") == "1")
        #expect(try browser.value("document.title").hasPrefix("Held back"))
        #expect(browser.complaints == [])

        _ = try browser.value("window.fetch = window.ask")
        #expect(try sidecar.stop() == 0)
        try browser.wait(for: "#connection") { $0.hasPrefix("Connection lost, last heard ") }
        let again = try start(site, port: port).sidecar
        try browser.wait(for: "#connection", toSay: "Connected")
        #expect(try browser.text("#answer") == "Your push is held back")
        #expect(try again.stop() == 0)
    }

    @Test("nothing of it is cut off on a phone or on a desktop", arguments: [360, 1280])
    func widths(width: Int) throws {
        let long = String(repeating: "unbreakable", count: 20)
        let site = try Site()
        let (sidecar, port) = try start(site)
        try sidecar.waitFor("published")
        try site.repository.commit(["file": "bad"], message: long)
        try sidecar.waitFor("rejected; what is live stays")
        let browser = try Browser()
        defer { browser.close() }
        try browser.resize(to: width)
        try browser.open("http://127.0.0.1:\(port)/ui")
        try browser.wait(for: "#history li:first-child .subject", toSay: long)
        #expect(try browser.value("document.documentElement.scrollWidth <= \(width)") == "true")
        // The longest deployment's stages fill the whole width.
        let gap = """
            Math.round(document.querySelector('#history summary').getBoundingClientRect().right
                - Math.max(...[...document.querySelectorAll('.bar')].map(bar => bar.lastChild.getBoundingClientRect().right)))
            """
        #expect(try browser.value(gap) == "0")
        #expect(browser.complaints == [])
        #expect(try sidecar.stop() == 0)
    }
}
