import Options
import Testing

/// What a type of value must read, print and refuse.
struct ValueCase: Sendable, CustomTestStringConvertible {
    let text: String
    /// How it prints; nil when it must be refused.
    let printed: String?
    let read: @Sendable (String) throws(ValueProblem) -> String

    init<Value: OptionValue>(_ type: Value.Type, _ text: String, _ printed: String?) {
        self.text = text
        self.printed = printed
        read = { text throws(ValueProblem) in try Value.read(text).text }
        testDescription = "\(type) \(text)"
    }

    let testDescription: String

    static func all<Value: OptionValue>(_ type: Value.Type, _ good: KeyValuePairs<String, String>, bad: [String])
        -> [ValueCase]
    {
        good.map { ValueCase(type, $0.key, $0.value) } + bad.map { ValueCase(type, $0, nil) }
    }
}

@Suite("Values")
struct ValueTests {
    static let cases: [ValueCase] =
        ValueCase.all(
            Duration.self,
            [
                "10s": "10s", "1m30s": "1m30s", "120s": "2m", "3600s": "1h", "1h1s": "1h1s", "1.5h": "1h30m",
                "100ms": "100ms", "1.5s": "1.5s", "0": "0s", "0s": "0s", "250us": "250µs", "250µs": "250µs",
                "7ns": "7ns", "1500ns": "1.5µs", ".5s": "500ms", "1.s": "1s", "1h2m3s4ms": "1h2m3.004s", "+1s": "1s",
                "90m": "1h30m", "0.0000000015s": "1ns",
            ],
            bad: [
                "", "10", "1.5", "s", "10 s", "1d", "-1s", "1s2", "1..5s", "ten", "10S", "s1", ".s", "+",
                "9999999999999999999s", "300y", "3000000h", "NaN", "inf", "1e3s", "0x1s",
            ])
        + ValueCase.all(
            Bool.self, ["true": "true", "1": "true", "false": "false", "0": "false", "TRUE": "true"],
            bad: ["", "yes", "on", "2"])
        + ValueCase.all(Int.self, ["0": "0", "-1": "-1", "+7": "7"], bad: ["", "1.5", "x", "99999999999999999999"])
        + ValueCase.all(
            ByteSize.self,
            [
                "0": "0", "67108864": "64MiB", "64MiB": "64MiB", "64Mi": "64MiB", "1GiB": "1GiB", "1024MiB": "1GiB",
                "1500": "1500", "1kB": "1000", "5B": "5", "1TiB": "1TiB",
            ],
            bad: ["", "MiB", "-1", "1.5GiB", "64 MiB", "64mib", "99999999TiB", "99999999999999999999"])
        + ValueCase.all(
            Percentage.self, ["10%": "10%", "0%": "0%", "100%": "100%"], bad: ["", "10", "%", "101%", "-1%", "1.5%"])
        + ValueCase.all(
            StatusRange.self, ["200": "200", "200-399": "200-399", "0": "0", "200-200": "200"],
            bad: ["", "20", "600", "399-200", "200-", "-200", "200-300-400", "2xx", "0-0"])
        + ValueCase.all(
            SignalName.self,
            ["HUP": "HUP", "SIGHUP": "HUP", "hup": "HUP", "1": "HUP", "USR2": "USR2", "9": "KILL", "31": "SYS"],
            bad: ["", "0", "32", "HOP", "SIG", "-1"])
        + ValueCase.all(
            SignalTarget.self,
            [
                "name:nginx": "name:nginx", "exe:/usr/sbin/nginx": "exe:/usr/sbin/nginx",
                "cmdline:^nginx: master": "cmdline:^nginx: master", "pidfile:/run/nginx.pid": "pidfile:/run/nginx.pid",
                "port:8080": "port:8080",
            ],
            bad: [
                "cmdline:a(b", "cmdline:[", "", "nginx", "name:", "port:x", "port:0", "port:65536", "user:root", ":x",
            ])
        + ValueCase.all(
            SocketAddress.self,
            [
                ":1234": ":1234", "127.0.0.1:1234": "127.0.0.1:1234", "[::1]:1234": "[::1]:1234",
                "localhost:80": "localhost:80", "[fe80::1%eth0]:1": "[fe80::1%eth0]:1", "[::]:0": "[::]:0",
            ],
            bad: [
                "", "1234", ":", ":x", "::1:80", "[::1]", "[]:80", ":65536", "[127.0.0.1]:80", "a b:80", ":+1",
                "[::1:80",
            ])
        + ValueCase.all(
            WebAddress.self, ["http://a": "http://a", "HTTPS://a/b": "HTTPS://a/b"],
            bad: ["", "a", "ftp://a", "http://", "http:///x", "https::a", "http:/a", "http://a\nb"])
        + ValueCase.all(HTTPMethod.self, ["POST": "POST", "get": "GET"], bad: ["", "P OST", "GET/"])
        + ValueCase.all(HeaderName.self, ["X-Revision": "X-Revision"], bad: ["", "X Revision", "X:", "X\r\nY"])
        + ValueCase.all(AutomaticCount.self, ["auto": "auto", "0": "0", "5": "5"], bad: ["", "-1", "all"])
        + ValueCase.all(CloneFilter.self, ["blob:none": "blob:none", "tree:0": "tree:0"], bad: ["", "blob", "tree:1"])
        + ValueCase.all(
            ChangeRule.self,
            [
                "*.md=none": "*.md=none",
                "conf/**,*.conf=signal:SIGHUP@name:nginx": "conf/**,*.conf=signal:HUP@name:nginx",
                "**=http:post@http://127.0.0.1:8080/-/reload": "**=http:POST@http://127.0.0.1:8080/-/reload",
                "a=exec:/bin/x": "a=exec:/bin/x", "a=touch:/run/x=y": "a=touch:/run/x=y",
                #"a\=b\,c=none"#: #"a\=b\,c=none"#, #"\*.md=none"#: #"\*.md=none"#,
                "a=http:GET@https://user:hunter2@host/": "a=http:GET@https://***@host/",
            ],
            bad: [
                "", "a", "=none", "a,=none", ",a=none", "a=", "a=restart", "a=signal:HUP", "a=signal:HOP@name:x",
                "a=signal:HUP@x", "a=http:http://a", "a=http:POST@ftp://a", "a=exec:", #"a\=none"#,
            ])

    @Test("each type reads what it should, prints it in one form, and refuses the rest", arguments: cases)
    func readsAndPrints(_ value: ValueCase) throws {
        guard let printed = value.printed else {
            #expect(throws: ValueProblem.self) { try value.read(value.text) }
            return
        }
        #expect(try value.read(value.text) == printed)
        // A password cannot be read back from what is printed, on purpose.
        if !printed.contains("***") { #expect(try value.read(printed) == printed) }
    }

    @Test("a number without a unit is told how a duration is written")
    func bareNumber() {
        let problem = #expect(throws: ValueProblem.self) { try Duration.read("10") }
        #expect(problem?.message == "a duration needs a unit: write 10s for seconds, or use ms, m or h")
    }

    @Test("a mistyped signal is recognised")
    func nearSignal() {
        let problem = #expect(throws: ValueProblem.self) { try SignalName.read("SIGUSR3") }
        #expect(problem?.message == "expected a signal, such as HUP, SIGHUP or 1; did you mean USR1?")
    }

    @Test("a status range knows what is in it; 0 takes everything")
    func statusRange() throws {
        let range = try StatusRange.read("200-399")
        #expect(range.contains(200) && range.contains(399) && !range.contains(404))
        #expect(try StatusRange.read("0").contains(500))
    }

    @Test("a rule keeps its patterns as wildmatch wants them")
    func rulePatterns() throws {
        let rule = try ChangeRule.read(#"a\=b,\*c\,d=none"#)
        #expect(rule.patterns == ["a=b", #"\*c,d"#])
    }
}
