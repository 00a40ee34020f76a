/// A URL as it may be shown: without user and password, and with the values of its query hidden.
///
/// Takes any text, and rather hides too much than too little.
public func redactedURL(_ url: String) -> String {
    let bytes = Array(url.utf8)
    guard let start = authorityStart(bytes) else { return String(decoding: hidingQuery(bytes[...]), as: UTF8.self) }
    var end = bytes[start...].firstIndex { $0 == slash || $0 == question || $0 == hash } ?? bytes.endIndex
    // A slash in a password makes it look like a path. What stands before it is then no host with a port.
    if !isHostAndPort(bytes[start..<end]), !bytes[start..<end].contains(at) { end = bytes.endIndex }
    let host = bytes[start..<end].lastIndex(of: at).map { $0 + 1 } ?? start
    return String(decoding: bytes[..<start] + hidingQuery(bytes[host...]), as: UTF8.self)
}

private let slash = UInt8(ascii: "/")
private let question = UInt8(ascii: "?")
private let hash = UInt8(ascii: "#")
private let at = UInt8(ascii: "@")
private let colon = UInt8(ascii: ":")

/// Where the part behind `://` begins.
private func authorityStart(_ bytes: [UInt8]) -> Int? {
    var index = 0
    while index + 2 < bytes.count {
        if bytes[index] == colon, bytes[index + 1] == slash, bytes[index + 2] == slash { return index + 3 }
        index += 1
    }
    return nil
}

private func isHostAndPort(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let last = bytes.lastIndex(of: colon) else { return true }
    if bytes.last == UInt8(ascii: "]") { return true }
    return bytes[(last + 1)...].allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
}

/// `?name=***&name=***`, and nothing of a fragment.
///
/// What service of git is meant is no secret.
private func hidingQuery(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let end = bytes.firstIndex(of: hash) ?? bytes.endIndex
    guard let query = bytes[..<end].firstIndex(of: question) else { return Array(bytes[..<end]) }
    let pairs = bytes[(query + 1)..<end].split(separator: UInt8(ascii: "&")).map { pair -> [UInt8] in
        guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { return Array("***".utf8) }
        if pair.elementsEqual("service=git-upload-pack".utf8) { return Array(pair) }
        return pair[...equals] + Array("***".utf8)
    }
    return bytes[...query] + Array(pairs.joined(separator: [UInt8(ascii: "&")]))
}
