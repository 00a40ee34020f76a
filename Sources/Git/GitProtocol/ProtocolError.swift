/// A conversation with a git server that went wrong: what was being done, and what is wrong with the answer.
public struct ProtocolError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers treat differently.
    public enum Code: String, Equatable, Sendable {
        /// The bytes are not what the protocol allows.
        case malformed
        /// The answer is larger than the limit that guards our memory.
        case oversized
        /// The connection ended before the answer did.
        case cut
        /// The server understood and said no; `serverText` holds its words.
        case refused
        /// The server speaks or needs something that we do not, or we need something that it does not offer.
        case unsupported
        /// The remote has no such reference.
        case missingReference
        /// The remote has no commit to give.
        case emptyRepository
        /// What the user asked for cannot be sent to any server.
        case invalidRequest
    }

    /// The kind of failure.
    public let code: Code
    /// What was being done, for example `fetch`; empty where the message says it all.
    public let operation: String
    /// What is wrong, in words.
    public let message: String
    /// What the server itself said, made safe to print; nil where the words are ours.
    public let serverText: String?
    /// What the user can do about it; nil where there is nothing.
    public let hint: String?

    init(
        _ code: Code, _ operation: String, _ message: String, serverText: String? = nil, hint: String? = nil
    ) {
        self.code = code
        self.operation = operation
        self.message = message
        self.serverText = serverText
        self.hint = hint
    }

    /// The failure that a server announced in its own words.
    static func refused(_ operation: String, _ words: Span<UInt8>) -> ProtocolError {
        let text = printableText(words)
        return ProtocolError(
            .refused, operation, "the server said: \(text.isEmpty ? "nothing" : text)", serverText: text,
            hint: adviceOn(text))
    }

    /// `cannot <operation>: <message>`, without the hint.
    public var description: String {
        operation.isEmpty ? message : "cannot \(operation): \(message)"
    }
}

/// What a person can do about an error that git servers are known to answer with.
private func adviceOn(_ serverText: String) -> String? {
    let text = serverText.lowercased()
    if text.contains("not our ref") || text.contains("unadvertised object")
        || text.hasPrefix("want ") && text.hasSuffix(" not valid")
    {
        return "the commit is no longer, or never was, the tip of a reference: "
            + "allow it on the server with git config uploadpack.allowReachableSHA1InWant true, "
            + "or uploadpack.allowAnySHA1InWant true, or name a branch or tag"
    }
    if text.contains("dubious ownership") {
        return "the repository belongs to another user on the server: "
            + "add it to safe.directory in the git config of the user that serves it"
    }
    if text.contains("possible repository corruption") {
        return "git on the server cannot read all of the repository: run git fsck there; "
            + "a partial clone cannot be served, fetch into it with --refetch --no-filter first"
    }
    if text.contains("filtering not recognized") || text.contains("filter") && text.contains("not supported") {
        return "allow it on the server with git config uploadpack.allowFilter true, or leave --filter out"
    }
    if text.contains("not found") || text.contains("does not exist") || text.contains("not appear to be a git")
        || text.contains("access denied")
    {
        return "check the repository's address, and that the credentials may read it"
    }
    return nil
}
