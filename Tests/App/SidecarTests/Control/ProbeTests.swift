import Deployment
import GitObjects
import HTTPServer
import Posix
import Testing

@testable import Sidecar

@Suite("Probes")
struct ProbeTests {
    private let commit = ObjectID("0123456789012345678901234567890123456789")

    private func text(_ response: Response) -> String { String(decoding: response.bytes, as: UTF8.self) }

    @Test("/ fails until an attempt has succeeded since the start, whatever is published")
    func root() throws {
        let probes = Probes(status: Status(), heartbeat: Heartbeat())
        let commit = try #require(commit)
        probes.status.publish(commit)
        #expect(probes.root(Request("GET", "/")).status == 503)
        probes.status.change { $0.hasSucceeded = true }
        #expect(probes.root(Request("GET", "/")).status == 200)
        probes.status.change { $0.failures = 100 }
        #expect(probes.root(Request("GET", "/")).status == 200)
    }

    @Test("/readyz fails as long as nothing is published, and does not ask how the remote is")
    func ready() throws {
        let probes = Probes(status: Status(), heartbeat: Heartbeat())
        #expect(text(probes.ready(Request("GET", "/readyz"))) == "nothing is published\n")
        #expect(probes.ready(Request("GET", "/readyz")).status == 503)
        let commit = try #require(commit)
        probes.status.publish(commit)
        probes.status.change { $0.failures = 100 }
        #expect(probes.ready(Request("GET", "/readyz")).status == 200)
        #expect(text(probes.ready(Request("GET", "/readyz"))) == "ok\n")
        // A link that leads nowhere serves nobody.
        probes.status.apply(.lost("the directory is gone"))
        #expect(text(probes.ready(Request("GET", "/readyz"))) == "the directory is gone\n")
        #expect(probes.ready(Request("GET", "/readyz")).status == 503)
    }

    @Test("/livez fails only when the loop has broken its word, and holds again when it shows itself")
    func live() {
        let heartbeat = Heartbeat(grace: .seconds(5))
        let probes = Probes(status: Status(), heartbeat: heartbeat)
        probes.status.change { $0.failures = 100 }
        #expect(probes.live(Request("GET", "/livez")).status == 200)
        heartbeat.beat(until: .now.advanced(by: .seconds(-1)))
        #expect(probes.live(Request("GET", "/livez")).status == 200)
        let late = SuspendingClock.now.advanced(by: .seconds(6))
        #expect(heartbeat.overdue(at: late).map { $0 > .seconds(5) } == true)
        heartbeat.beat(until: .now.advanced(by: .seconds(3600)))
        #expect(heartbeat.overdue(at: late) == nil)
        #expect(heartbeat.overdue(at: .now.advanced(by: .seconds(3604))) == nil)
        #expect(heartbeat.overdue(at: .now.advanced(by: .seconds(3606))) != nil)
    }

    @Test("a loop that hangs is told with the time that it hangs")
    func hanging() {
        let heartbeat = Heartbeat(grace: .seconds(-10))
        heartbeat.beat(until: .now)
        let answer = Probes(status: Status(), heartbeat: heartbeat).live(Request("GET", "/livez"))
        #expect(answer.status == 503)
        #expect(text(answer) == "should have shown itself 0 seconds ago\n")
    }

    @Test("?verbose lists the checks")
    func verbose() throws {
        let probes = Probes(status: Status(), heartbeat: Heartbeat())
        #expect(
            text(probes.ready(Request("GET", "/readyz", query: "verbose")))
                == "failed release: nothing is published\nnot all checks passed\n")
        #expect(text(probes.live(Request("GET", "/livez", query: "verbose=1"))) == "ok loop\nall checks passed\n")
    }
}
