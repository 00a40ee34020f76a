internal import Posix

/// A commit or tag, taken apart into its signature and what was signed, as git does.
struct SignedObject {
    /// Everything but the signature.
    private(set) var payload: [UInt8] = []
    /// The signature in its armour; empty when there is none.
    private(set) var signature: [UInt8] = []
    /// How many signatures stand in a commit's header.
    private(set) var signatureCount = 0
    /// The name that a tag has for itself.
    private(set) var tagName: String?
    /// When it says that it was made, in seconds since 1970.
    private(set) var time: Int64?

    /// Which program checks a signature.
    enum Format {
        case ssh, openPGP, other
    }

    /// Tells by the first line of the armour.
    var format: Format {
        if signature.starts(with: "-----BEGIN SSH SIGNATURE-----".utf8) { return .ssh }
        let isOpenPGP = ["-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----"]
            .contains { signature.starts(with: $0.utf8) }
        return isOpenPGP ? .openPGP : .other
    }

    /// Reads a commit, whose signature is a header of several lines.
    init(commit bytes: [UInt8]) {
        // What the current line belongs to: lines that begin with a blank go on with the one before.
        enum Part { case payload, signature, foreignSignature }
        var part = Part.payload
        var rest = bytes[...]
        while let line = rest.takeLine() {
            if line.elementsEqual("\n".utf8) {
                payload += line + rest
                return
            }
            if line.starts(with: " ".utf8) {
                switch part {
                case .payload: payload += line
                case .signature: signature += line.dropFirst()
                case .foreignSignature: break
                }
            } else if line.starts(with: "gpgsig ".utf8) {
                part = .signature
                signatureCount += 1
                signature += line.dropFirst("gpgsig ".utf8.count)
            } else if line.starts(with: "gpgsig".utf8) {
                // The signature of the same commit in a repository with another hash.
                part = .foreignSignature
            } else {
                part = .payload
                payload += line
                if line.starts(with: "committer ".utf8) { time = line.time }
            }
        }
    }

    /// Reads an annotated tag, whose signature is the end of its message.
    init(tag bytes: [UInt8]) {
        var rest = bytes[...]
        var start = bytes.endIndex
        var isHeader = true
        while true {
            let position = rest.startIndex
            guard let line = rest.takeLine() else { break }
            if line.elementsEqual("\n".utf8) { isHeader = false }
            if isHeader {
                if line.starts(with: "tagger ".utf8) { time = line.time }
                if line.starts(with: "tag ".utf8) {
                    tagName = String(decoding: line.dropFirst(4).dropLast(), as: UTF8.self)
                }
            } else if SignedObject.armours.contains(where: { line.starts(with: $0.utf8) }) {
                start = position
                signatureCount = 1
            }
        }
        payload = Array(bytes[..<start])
        signature = Array(bytes[start...])
    }

    private static let armours = [
        "-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----", "-----BEGIN SSH SIGNATURE-----",
        "-----BEGIN SIGNED MESSAGE-----",
    ]
}

extension ArraySlice<UInt8> {
    /// Takes away a line with the line feed at its end; nil when there is nothing left.
    fileprivate mutating func takeLine() -> ArraySlice<UInt8>? {
        if isEmpty { return nil }
        let end = firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? endIndex
        defer { self = self[end...] }
        return self[..<end]
    }

    /// The seconds in `committer Name <address> 1700000000 +0100`.
    fileprivate var time: Int64? {
        let words = split(separator: UInt8(ascii: " "))
        return words.count < 3 ? nil : Int64(String(decoding: words[words.count - 2], as: UTF8.self))
    }
}
