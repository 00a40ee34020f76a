internal import HTTPClient
internal import Posix

extension HTTPCall {
    /// Sends the request, and again while nobody listens yet or the answer is that the server is not ready (502 – 504).
    ///
    /// Jenkins, for example, answers 503 while it starts. `deadline` says how long that may last.
    func send(
        _ configuration: HTTPConfiguration, deadline: Deadline
    ) throws(ReloadError) {
        var pause = Duration.milliseconds(20)
        while let failure = try attempt(configuration, deadline) {
            if deadline.remaining <= pause { throw failure }
            try system(failure.operation) { () throws(SystemError) in try deadline.pause(pause) }
            pause = min(pause * 2, .seconds(1))
        }
    }

    /// Sends the request once; nil for success, a failure that may pass is returned and any other thrown.
    private func attempt(
        _ configuration: HTTPConfiguration, _ deadline: Deadline
    ) throws(ReloadError) -> ReloadError? {
        let request = HTTPRequest(
            url, method: method, secretHeaders: ForOrigin(try headers(), serverOf: url), redirects: .none)
        let answer: HTTPAnswer
        do {
            answer = try HTTPAnswer.get(request, configuration, deadline.capped(at: timeout))
        } catch {
            var failure = ReloadError(error)
            // Nobody is there, or not under this name: the release has no part in that.
            failure.isConfiguration = [.refused, .dns].contains(error.code)
            guard error.code == .refused else { throw failure }
            return failure
        }
        if statuses.contains(answer.status) { return nil }
        var failure = ReloadError(
            code: .request, operation: request.operation,
            message: "the answer is \(answer.status), not \(shown(statuses))", output: answer.body.text)
        guard 502...504 ~= answer.status else {
            failure.isConfiguration = HTTPCall.isMisaddressed(answer.status)
            throw failure
        }
        return failure
    }

    /// Whether a status says that the call was not understood or not allowed, or was a success that was not asked for.
    private static func isMisaddressed(_ status: Int) -> Bool {
        (200...399).contains(status) || [401, 403, 404, 405, 407, 501].contains(status)
    }

    /// Reads the header file; what is in it is never shown.
    private func headers() throws(ReloadError) -> [HTTPHeader] {
        guard let headerFile else { return [] }
        let content = try system { () throws(SystemError) in try Secret.read(headerFile) }
        var headers: [HTTPHeader] = []
        for line in content.exposed.split(whereSeparator: \.isNewline) {
            guard let header = HTTPHeader(line: String(line)) else {
                throw ReloadError(
                    code: .invalid, operation: "read header fields from \(headerFile)",
                    message: "a line is not of the form `Name: value`")
            }
            headers.append(header)
        }
        return headers
    }
}

extension ReloadError {
    init(_ error: TransferError) {
        self.init(
            code: error.code == .cancelled ? .cancelled : .request, operation: error.operation, message: error.message,
            hint: error.hint)
    }
}

/// `200` or `200-299`.
func shown(_ range: ClosedRange<Int>) -> String {
    range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
}
