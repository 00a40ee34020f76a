import HTTPClient
import Posix

/// What a server of 127.0.0.1 answered.
struct Answer {
    let status: Int
    let body: String
    /// The commit that it says it runs.
    let revision: String?
}

/// Asks once; throws when nobody answers.
func ask(_ port: some BinaryInteger, _ path: String = "/") throws -> Answer {
    HTTPLibrary.start()
    var body: [UInt8] = []
    let client = try HTTPClient(HTTPConfiguration(userAgent: "test"))
    let response = try client.send(
        HTTPRequest("http://127.0.0.1:\(port)\(path)"), deadline: .after(.seconds(10))
    ) { bytes in
        for index in bytes.indices { body.append(bytes[index]) }
    }
    return Answer(
        status: response.status, body: String(decoding: body, as: UTF8.self),
        revision: response.head.headers.value("X-Revision"))
}

extension RunningSidecar {
    /// What it answers where its log says that it listens.
    func ask(_ path: String) throws -> Answer {
        guard let port = try waitFor("listening")["port"].flatMap({ Int($0) }) else {
            throw EndedTooEarly(description: "the sidecar does not say where it listens")
        }
        return try EndToEndTests.ask(port, path)
    }
}
