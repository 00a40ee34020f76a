internal import ControlAPI
internal import Deployment
internal import HTTPServer
internal import JSON
internal import Posix
internal import Reload

// What takes more than the status to answer.
extension API {
    func releases(_ request: Request) throws(APIError) -> Response {
        let limit: Int
        switch request.parameter("limit") {
        case nil: limit = 20
        case let text?:
            guard let number = Int(text), number >= 0 else { throw APIError(400, "limit has to be a number") }
            limit = min(number, 1000)
        }
        let entries: [JSONValue]
        do throws(SystemError) {
            entries = try journal.last(limit)
        } catch {
            throw APIError(503, "\(error)")
        }
        let now = status.now.state
        let releases = now.kept.map { kept in
            KeptAnswer(
                hash: "\(kept.commit)", ref: kept.info.reference, subject: kept.info.subject, time: kept.time,
                isLive: kept.commit == now.live?.commit, isGood: kept.commit == now.lastGood?.commit,
                isHeldBack: now.isHeldBack(kept.commit))
        }
        let value: JSONValue = ["releases": .array(releases.map(\.json)), "deployments": .array(entries.map(complete))]
        return .json(200, value.text)
    }

    /// Adds what lines of earlier versions lack.
    private func complete(_ entry: JSONValue) -> JSONValue {
        let names = ["time", "hash", "ref", "subject", "outcome", "stage", "reason", "output", "seconds"]
        return .object(names.map { JSONMember(name: $0, value: entry[$0] ?? .null) })
    }

    func processes() throws(APIError) -> Response {
        let survey: ProcessSurvey
        let users: UserNames
        do throws(SystemError) {
            survey = try ProcessSurvey(signalTargets)
            users = UserNames()
        } catch {
            throw APIError(503, "\(error)")
        }
        let targets = survey.targets.map { finding -> JSONValue in
            ["target": "\(finding.target)", "problem": JSONValue(finding.problem?.description) ?? .null]
        }
        let boot = Timestamp.now().adding(.zero - CurrentProcess.timeSinceBoot)
        let processes = survey.processes.map { finding -> JSONValue in
            let entry = finding.entry
            let ticks = Double(CurrentProcess.ticksPerSecond)
            return [
                "pid": JSONValue(entry.processID), "parent": JSONValue(entry.parentID),
                "user": JSONValue(entry.userID.flatMap { users[$0] }) ?? .null,
                "uid": entry.userID.map { JSONValue($0) } ?? .null,
                "cpu_seconds": JSONValue(Double(entry.processorTicks) / ticks),
                "memory": JSONValue(entry.residentBytes), "started": "\(boot.adding(entry.startTime))",
                "command": .string(API.shortened(entry.commandLine)), "signalled": .bool(finding.isSignalled),
                "why": .string(finding.why),
            ]
        }
        return .json(
            200, JSONValue(dictionaryLiteral: ("targets", .array(targets)), ("processes", .array(processes))).text)
    }

    private static func shortened(_ command: String) -> String {
        command.utf8.count <= 1000 ? command : String(command.prefix(1000)) + "…"
    }
}

/// What the users of this container are called; processes of others may have users that it does not know.
struct UserNames {
    private let names: [UInt32: String]

    init(path: String = "/etc/passwd") {
        // Without the list there are only numbers.
        let bytes = (try? Files.read(path, limit: 1 << 20)) ?? []
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let pairs = lines.compactMap { line -> (UInt32, String)? in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count > 2, let number = UInt32(fields[2]) else { return nil }
            return (number, String(fields[0]))
        }
        names = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    subscript(user: UInt32) -> String? { names[user] }
}
