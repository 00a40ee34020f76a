import JSON
import Posix
import TestSupport

/// A headless Chromium that one test drives; it ends with the test at the latest.
///
/// It speaks the DevTools protocol over two pipes, so that no port is open: JSON texts that end with a zero byte.
final class Browser {
    /// What Chromium is called where it is installed; nil where it is not.
    static let program: String? = {
        let names = ["chromium", "chromium-browser", "google-chrome"]
        return names.lazy.map { "/usr/bin/\($0)" }.first { TestFiles.exists($0) }
    }()

    private let conversation: ChildConversation
    private var unread: [UInt8] = []
    private var count = 0
    private var session: String?
    /// What the page's console and its policy complained about.
    private(set) var complaints: [String] = []

    /// Starts it with an empty page in front; on a busy machine that takes seconds.
    init() throws {
        let options = [
            // Its own sandbox needs rights that a container does not have, and shows no page but ours.
            "--no-sandbox", "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-breakpad", "--disable-sync",
            "--disable-extensions", "--no-proxy-server", "--remote-debugging-pipe",
            "--user-data-dir=\(Scratch.directory)/browser", "about:blank",
        ]
        // It reads from descriptor 3 and writes to 4.
        let script = "exec 3<&0 4>&1 0</dev/null 1>/dev/null; exec \"$@\""
        var environment = Environment()
        for (name, value) in try hermeticEnvironment(adding: ["HOME": Scratch.directory, "TMPDIR": Scratch.directory]) {
            environment[name] = value
        }
        conversation = try ChildConversation(
            Command(
                "/bin/sh", ["-c", script, "sh", Browser.program ?? "chromium"] + options,
                environment: environment))
        let target = try call("Target.createTarget", ["url": "about:blank"])
        let attached = try call("Target.attachToTarget", ["targetId": target["targetId"], "flatten": true])
        session = attached["sessionId"]?.string
        for domain in ["Page", "Runtime", "Log"] { try call("\(domain).enable") }
    }

    /// Opens a page; it need not have loaded when this returns.
    func open(_ url: String) throws {
        try call("Page.navigate", ["url": .string(url)])
    }

    /// Makes the window as wide as that of a phone or of a desktop.
    func resize(to width: Int) throws {
        try call(
            "Emulation.setDeviceMetricsOverride",
            ["width": JSONValue(width), "height": 800, "deviceScaleFactor": 1, "mobile": .bool(width < 500)])
    }

    /// What an expression of JavaScript comes to in the page, as text.
    func value(_ expression: String) throws -> String {
        let answer = try call("Runtime.evaluate", ["expression": .string("String(\(expression))")])
        if let exception = answer["exceptionDetails"] { throw BrowserError(description: exception.text) }
        return answer["result"]?["value"]?.string ?? ""
    }

    /// The text that can be seen of an element; empty when it is not there.
    func text(_ selector: String) throws -> String {
        try value("document.querySelector(\(JSONValue.string(selector).text))?.innerText ?? ''")
    }

    /// Waits until an element's text is as wanted.
    func wait(for selector: String, within limit: Duration = .seconds(30), _ isWanted: (String) -> Bool) throws {
        var text = ""
        try waitUntil("\(selector) says what is wanted; it says \"\(text)\"", within: limit) {
            text = try self.text(selector)
            return isWanted(text)
        }
    }

    /// Waits until an element's text is this.
    func wait(for selector: String, toSay wanted: String) throws {
        try wait(for: selector) { $0 == wanted }
    }

    func close() {
        conversation.close()
    }

    @discardableResult
    private func call(_ method: String, _ parameters: JSONValue = [:]) throws -> JSONValue {
        count += 1
        let message: JSONValue = [
            "id": JSONValue(count), "method": .string(method), "params": parameters, "sessionId": JSONValue(session),
        ]
        let bytes = Array(message.text.utf8) + [0]
        conversation.send(bytes.span)
        let deadline = Deadline.after(.seconds(60))
        while true {
            let answer = try receive(deadline)
            guard answer["id"]?.integer == count else {
                note(answer)
                continue
            }
            if let error = answer["error"] { throw BrowserError(description: "\(method): \(error.text)") }
            return answer["result"] ?? .null
        }
    }

    private func receive(_ deadline: Deadline) throws -> JSONValue {
        while true {
            if let end = unread.firstIndex(of: 0) {
                let text = String(decoding: unread[..<end], as: UTF8.self)
                unread.removeSubrange(...end)
                return try JSONValue.read(text)
            }
            guard try conversation.receive(deadline) else {
                throw BrowserError(description: "the browser ended: \(conversation.errorOutput.text)")
            }
            conversation.withChunk { bytes in
                for index in bytes.indices { unread.append(bytes[index]) }
            }
        }
    }

    private func note(_ event: JSONValue) {
        let parameters = event["params"]
        switch event["method"]?.string {
        case "Runtime.exceptionThrown": complaints.append(parameters?["exceptionDetails"]?.text ?? "an exception")
        case "Log.entryAdded":
            if let entry = parameters?["entry"], entry["level"]?.string == "error" { complaints.append(entry.text) }
        default: break
        }
    }
}

/// Why a browser could not be driven.
struct BrowserError: Error, CustomStringConvertible {
    let description: String
}
