import Posix
import Testing

@Suite("Conversations with child processes", .timeLimit(.minutes(1)))
struct ChildConversationTests {
    private let deadline = Deadline.after(.seconds(20))

    private func readAll(_ conversation: ChildConversation) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while try conversation.receive(deadline) {
            conversation.withChunk { chunk in unsafe chunk.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) } }
        }
        return bytes
    }

    @Test("questions and answers alternate")
    func alternating() throws {
        let conversation = try ChildConversation(
            shell("echo hello; read a; echo \"got $a\"; read b; echo \"got $b\"; echo trouble >&2; exit 3"))
        var heard = ""
        func listen(_ end: String) throws {
            while !heard.hasSuffix(end), try conversation.receive(deadline) {
                conversation.withChunk { chunk in
                    for index in chunk.indices { heard.unicodeScalars.append(Unicode.Scalar(chunk[index])) }
                }
            }
        }
        try listen("hello\n")
        conversation.send(Array("one\n".utf8).span)
        try listen("got one\n")
        conversation.send(Array("two\n".utf8).span)
        try listen("got two\n")
        #expect(heard == "hello\ngot one\ngot two\n")
        #expect(try conversation.finish(deadline) == .exited(3))
        #expect(conversation.errorOutput.text == "trouble\n")
    }

    @Test("ten megabytes both ways at once do not block")
    func bothWays() throws {
        let conversation = try ChildConversation(Command("/bin/cat", environment: [:]))
        // A part has a length that fits into no buffer, so that bytes in a wrong place are seen.
        let part = (0..<99_991).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        var sent: [UInt8] = []
        while sent.count < 10_000_000 { sent += part }
        conversation.send(sent.span)
        conversation.finishSending()
        #expect(try readAll(conversation) == sent)
        #expect(try conversation.finish(deadline) == .exited(0))
    }

    @Test("a child that ends early is told by the end of its output, its last words and its status")
    func earlyEnd() throws {
        let conversation = try ChildConversation(shell("exec <&-; echo 'permission denied' >&2; exit 255"))
        conversation.send([UInt8](repeating: 0, count: 1_000_000).span)
        #expect(try readAll(conversation).isEmpty)
        #expect(try conversation.finish(deadline) == .exited(255))
        #expect(conversation.errorOutput.text == "permission denied\n")
    }

    @Test("silence fails after the idle time, long before the deadline")
    func idle() throws {
        let conversation = try ChildConversation(shell("echo hello; sleep 60"))
        #expect(try conversation.receive(deadline, idle: .seconds(10)))
        let failure = #expect(throws: SystemError.self) {
            try conversation.receive(deadline, idle: .milliseconds(100))
        }
        #expect(failure?.isTimeout == true)
        conversation.close()
        #expect(conversation.process.hasEnded)
    }

    @Test("calling off ends the wait")
    func cancelled() throws {
        let cancellation = try Cancellation()
        let conversation = try ChildConversation(Command("/bin/sleep", ["60"], environment: [:]))
        let canceller = try cancelSoon(cancellation)
        let failure = #expect(throws: SystemError.self) {
            try conversation.receive(.after(.seconds(60), cancellation: cancellation))
        }
        #expect(failure?.isCancelled == true)
        canceller.join()
    }

    @Test("a descendant that holds the pipe does not keep the conversation open")
    func heldPipe() throws {
        let conversation = try ChildConversation(shell("sleep 60 & echo answer"))
        #expect(String(decoding: try readAll(conversation), as: UTF8.self) == "answer\n")
        #expect(try conversation.finish(deadline) == .exited(0))
    }

    @Test("endless errors are bounded")
    func errors() throws {
        let conversation = try ChildConversation(
            shell("head -c 5000000 /dev/zero >&2; echo end"), errorLimit: 1000)
        #expect(String(decoding: try readAll(conversation), as: UTF8.self) == "end\n")
        #expect(conversation.errorOutput.total == 5_000_000)
        #expect(conversation.errorOutput.bytes.count < 1100)
    }
}
