internal import GitObjects
internal import HTTPClient
internal import Posix

/// What the probes are made with.
struct ProbeContext {
    /// The commit that a revision header must carry; nil when it need not.
    let commit: ObjectID?
    let directory: String
    let environment: Environment
    let http: HTTPConfiguration
}

extension HealthCheck {
    /// Makes all probes once; throws the first failure.
    func probe(_ context: ProbeContext, _ deadline: Deadline) throws(ReloadError) {
        for probe in probes {
            let limit = deadline.capped(at: probeLimit)
            switch probe {
            case .url(let url, let statuses, let header):
                try HealthCheck.ask(url, statuses, header, context, limit)
            case .tcp(let host, let port):
                do {
                    try ConnectionProbe.connect(host: host, port: port, limit)
                } catch {
                    throw ReloadError(
                        code: error.isCancelled ? .cancelled : .unhealthy, operation: error.operation,
                        message: SystemError.text(of: error.code))
                }
            case .command(let program):
                var program = program
                program.timeout = min(program.timeout, timeout)
                // A command may need longer than a request; its own time limit counts.
                do {
                    try program.run(in: context.directory, context.environment, deadline)
                } catch {
                    var failure = error
                    failure.isAnswer = error.code == .command
                    throw failure
                }
            }
        }
    }

    private static func ask(
        _ url: String, _ statuses: ClosedRange<Int>, _ header: String?, _ context: ProbeContext, _ deadline: Deadline
    ) throws(ReloadError) {
        let request = HTTPRequest(url, redirects: .none)
        let answer: HTTPAnswer
        do {
            answer = try HTTPAnswer.get(request, context.http, deadline)
        } catch {
            throw ReloadError(error)
        }
        func unhealthy(_ message: String, output: String = "") -> ReloadError {
            ReloadError(code: .unhealthy, operation: request.operation, message: message, output: output)
        }
        guard statuses.contains(answer.status) else {
            var failure = unhealthy(
                "the answer is \(answer.status), not \(shown(statuses))", output: answer.body.text)
            // A proxy in front of an application that starts says these.
            failure.isAnswer = !(502...504).contains(answer.status)
            throw failure
        }
        guard let header, let commit = context.commit else { return }
        // Header values arrive without the white space around them.
        guard let value = answer.headers.value(header) else { throw unhealthy("the answer has no \(header)") }
        guard ObjectID(value) == commit else {
            throw unhealthy("\(header) is \(value.prefix(60)), not \(commit)")
        }
    }
}

/// What a server said, with the beginning and end of its body.
struct HTTPAnswer {
    let status: Int
    let headers: [HTTPHeader]
    let body: BoundedOutput

    /// Reads no more of a body than this; health pages may go on for ever.
    private static let readLimit = 64 * 1024
    private static let keepLimit = 4096

    private struct Enough: Error {}

    /// Sends a request over a connection of its own.
    ///
    /// A connection that is kept open leads to the same worker again, which may be the one that is on its way out.
    static func get(
        _ request: HTTPRequest, _ configuration: HTTPConfiguration, _ deadline: Deadline
    ) throws(TransferError) -> HTTPAnswer {
        HTTPLibrary.start()
        let client = try HTTPClient(configuration)
        var head: HTTPResponseHead?
        var body = BoundedOutput(limit: keepLimit)
        do {
            try client.send(
                request, deadline: deadline, idle: .seconds(3600), connect: .seconds(3600),
                onHead: { head = $0 },
                onBody: { piece in
                    body.append(piece)
                    if body.total > readLimit { throw Enough() }
                })
        } catch is Enough {
            // What we wanted to know came first.
        } catch let error as TransferError {
            throw error
        } catch {
            // Nothing else is thrown above.
            throw TransferError(code: .invalid, operation: request.operation, message: "\(error)")
        }
        guard let head else {
            throw TransferError(code: .protocol, operation: request.operation, message: "the answer has no head")
        }
        return HTTPAnswer(status: head.status, headers: head.headers, body: body)
    }
}
