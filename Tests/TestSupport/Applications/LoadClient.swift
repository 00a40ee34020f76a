/// A client that asks a server of 127.0.0.1 over and over on eight kept connections, until it is told to stop.
public final class LoadClient: Sendable {
    private let program: BackgroundProgram

    /// What came of all requests.
    public struct Result: Sendable {
        /// How many were answered as they should be.
        public let requests: Int
        /// How many different answers there were.
        public let answers: Int
        /// What went wrong.
        public let failures: String
    }

    /// Begins; each answer must have status 200 and a body that a regular expression of JavaScript matches.
    ///
    /// As browsers do, a request is made once more when the server closes a kept connection just when it is sent; with
    /// `forgivingResets` also on a new connection, which nginx closes without an answer when its workers are replaced.
    public init(port: UInt16, expecting body: String, forgivingResets: Bool = false) throws {
        let path = "\(Scratch.directory)/\(uniqueName("load")).js"
        try TestFiles.write(
            """
            const http = require('node:http');
            const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
            const expected = new RegExp('\(body)');
            let requests = 0, stopping = false, running = 8;
            const failures = [], answers = new Set();
            const ask = () => {
              if (stopping) {
                if (--running === 0) {
                  console.log([requests, answers.size, failures.slice(0, 10).join(', ')].join(' '));
                  process.exit(0);
                }
                return;
              }
              const request = http.get({ port: \(port), host: '127.0.0.1', path: '/', agent }, (response) => {
                let body = '';
                response.on('data', (piece) => { body += piece; });
                response.on('error', (error) => { failures.push(String(error)); });
                response.on('end', () => {
                  if (response.statusCode === 200 && expected.test(body)) requests += 1;
                  else failures.push(response.statusCode + ' ' + body.slice(0, 100));
                  answers.add(body);
                  // Leaves some time to the server, which shares the processors.
                  setTimeout(ask, 2);
                });
              });
              request.on('error', (error) => {
                const isForgiven = error.code === 'ECONNRESET' && (request.reusedSocket || \(forgivingResets));
                if (!isForgiven) failures.push(String(error));
                ask();
              });
            };
            process.on('SIGTERM', () => { stopping = true; });
            for (let index = 0; index < 8; index += 1) ask();
            """, to: path)
        program = try Application.start(["node", path], directory: "/")
    }

    /// Ends it and says what came of it.
    public func finish() throws -> Result {
        program.signal(15)
        try waitUntil("the load ends: \(program.log)", within: .seconds(20)) { !program.isRunning }
        let words = program.log.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3, let requests = Int(words[0]), let answers = Int(words[1]) else {
            throw NeverHappened(description: "the load's result is \(program.log)")
        }
        let failures = words[2].split(separator: "\n").first.map { String($0) } ?? ""
        return Result(requests: requests, answers: answers, failures: failures)
    }

    /// Ends it, whatever came of it.
    public func stop() {
        program.stop()
    }
}
