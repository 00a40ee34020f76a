import Deployment
import GitObjects
import HTTPServer
import JSON
import Layout
import Posix
import Telemetry
import TestSupport
import Testing

@testable import Sidecar

@Suite("API", .scratch)
struct APITests {
    private let status = Status()
    private let log = LogCollector()

    private func router(
        _ queue: TriggerQueue, takesOrders: Bool = true, token: APIToken? = nil
    ) throws -> Router {
        var info = SidecarInfo()
        info.takesOrders = takesOrders
        let journal = try Place(resolving: Scratch.directory + "/releases.log")
        var router = Router()
        API(
            info: info, status: status, events: Events(status, StatusReport(info: info)),
            journal: Journal(journal), queue: queue, signalTargets: [], logger: Logger(log.sink),
            token: token
        ).add(to: &router)
        return router
    }

    private func commit(_ digit: String) throws -> ObjectID {
        try #require(ObjectID(digit + String(repeating: "0", count: 40 - digit.count)))
    }

    private func publish(_ live: String, keeping others: [String], holdingBack held: [String] = []) throws {
        let (live, kept) = (try commit(live), try others.map { try commit($0) })
        let heldBack = try held.map {
            HeldBack(commit: try commit($0), stage: .validate, reason: "bad", output: "", time: .now())
        }
        status.publish(live)
        status.change { state in
            state.retired = kept.map { RetiredRelease(commit: $0, time: .now(), reference: "main", subject: "") }
            state.retention.available = kept
            state.heldBack = heldBack
        }
    }

    private func rollBack(_ router: Router, _ body: String) -> (status: Int, json: JSONValue) {
        let answer = router.answer(Request("POST", "/v1/rollback", body: Array(body.utf8)))
        return (answer.status, (try? JSONValue.read(String(decoding: answer.bytes, as: UTF8.self))) ?? .null)
    }

    @Test("a release is named by its hash or a part of it, which only one may begin with")
    func names() throws {
        let queue = try TriggerQueue()
        let router = try router(queue)
        #expect(rollBack(router, "").status == 409, "nothing is published")
        try publish("aaaa1", keeping: ["bbbb1", "bbbb2", "cccc1"], holdingBack: ["bbbb1", "dddd1"])
        #expect(rollBack(router, #"{"hash":"cccc"}"#).json["hash"]?.string == "\(try commit("cccc1"))")
        #expect(queue.begin().order == .rollBack(to: try commit("cccc1")))
        #expect(rollBack(router, #"{"hash":"BBBB2"}"#).status == 202)
        #expect(rollBack(router, #"{"hash":"bbbb"}"#).status == 400)
        #expect(rollBack(router, #"{"hash":"aaaa"}"#).status == 409)
        #expect(rollBack(router, #"{"hash":"bbbb1"}"#).status == 202, "it is kept, and may be chosen again")
        #expect(rollBack(router, #"{"hash":"dddd"}"#).status == 409, "it is held back, and not even kept")
        #expect(rollBack(router, #"{"hash":"eeee"}"#).status == 404)
        #expect(rollBack(router, #"{"hash":""}"#).status == 400)
        #expect(rollBack(router, #"{"hash":"cccg"}"#).status == 400)
    }

    @Test("without a name the newest that is not held back is meant")
    func previous() throws {
        let queue = try TriggerQueue()
        try publish("aaaa1", keeping: ["bbbb1", "cccc1"], holdingBack: ["bbbb1"])
        for body in ["", "{}", #"{"hash":null}"#] {
            #expect(rollBack(try router(queue), body).json["hash"]?.string == "\(try commit("cccc1"))", "\(body)")
        }
        try publish("aaaa1", keeping: [])
        #expect(rollBack(try router(queue), "").status == 409)
    }

    @Test("orders are refused when too many wait, when we stop, and where there is no loop")
    func refusals() throws {
        let queue = try TriggerQueue()
        let router = try router(queue)
        for number in 0..<TriggerQueue.mostOrders {
            #expect(router.answer(Request("POST", number.isMultiple(of: 2) ? "/v1/sync" : "/v1/resume")).status == 202)
        }
        let answer = router.answer(Request("POST", "/v1/sync"))
        #expect(answer.status == 429)
        #expect(answer.header("Retry-After") == "1")
        queue.close()
        #expect(router.answer(Request("POST", "/v1/sync")).status == 503)
        let oneTime = try self.router(try TriggerQueue(), takesOrders: false)
        #expect(oneTime.answer(Request("POST", "/v1/sync")).status == 409)
        #expect(oneTime.answer(Request("GET", "/v1/status")).status == 200)
    }

    @Test("guessing the token is slowed down, and does not lock out who has it")
    func guessing() throws {
        let file = Scratch.directory + "/token"
        try TestFiles.write(" token \n", to: file)
        let token = APIToken(
            file: file, log: QuietLog(Logger(log.sink)), failures: RateLimit(burst: 2, perSecond: 0.001))
        let router = try router(try TriggerQueue(), token: token)
        func sync(_ value: String) -> Int {
            router.answer(Request("POST", "/v1/sync", headers: [HeaderField("Authorization", value)])).status
        }
        #expect([sync("Bearer wrong"), sync("Bearer "), sync("token"), sync("")] == [401, 401, 429, 429])
        #expect(sync("Bearer token") == 202)
        #expect(sync("bearer  token") == 202)
        for record in log.records { #expect(!"\(record)".contains("wrong")) }
    }

    @Test("lines of the journal that lack what came later are shown with null")
    func oldLines() throws {
        try TestFiles.write(
            #"{"time":"2026-01-01T00:00:00.000Z","hash":"x","ref":"main","subject":"s","outcome":"deployed"}"# + "\n",
            to: Scratch.directory + "/releases.log")
        let answer = try router(try TriggerQueue()).answer(Request("GET", "/v1/releases"))
        let json = try JSONValue.read(String(decoding: answer.bytes, as: UTF8.self))
        let entry = try #require(json["deployments"]?.elements?.first)
        #expect(entry["hash"]?.string == "x")
        for name in ["reason", "output", "seconds"] { #expect(entry[name] == .null) }
    }
}
