package import GitFiles
internal import GitObjects
package import Posix
package import Releases

/// What goes between the two processes: its length, its kind, and a payload.
package struct Frame: Equatable, Sendable {
    package enum Kind: UInt8, Sendable {
        /// The worker is ready: the version of the protocol, and what it could not do to confine itself.
        case ready = 1
        /// A job: its number, how long it may take, and its values.
        case job
        /// Bytes of a pack.
        case pack
        /// What came out of the job.
        case answer
        /// Why nothing came out of it.
        case failure
        /// Why the pack cannot be taken in; it is also the answer to the job that would finish it.
        case packFailure
        /// How many of how many files are done.
        case files
        /// How far a pack is.
        case progress
    }

    package let kind: Kind
    package let payload: [UInt8]

    package init(_ kind: Kind, _ payload: [UInt8]) {
        self.kind = kind
        self.payload = payload
    }

    /// Both sides must have the same.
    package static let version: UInt32 = 1
    /// No message is longer, whatever it says: the list of all paths of a very large repository is the longest.
    package static let longest = 64 << 20
    /// Four bytes of length, one of kind.
    package static let headLength = 5

    /// The bytes that go before a payload.
    package static func head(_ kind: Kind, _ count: Int) -> [UInt8] {
        let length = UInt32(clamping: count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + [kind.rawValue]
    }

    package var bytes: [UInt8] { Frame.head(kind, payload.count) + payload }
}

/// Cuts a stream of bytes into frames.
///
/// Memory is taken for bytes that came, not for those that were announced.
package struct FrameParser {
    private var buffer: [UInt8] = []
    private var start = 0

    package init() {}

    package mutating func append(_ bytes: some Collection<UInt8>) {
        if start > 1 << 16 || start == buffer.count {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next frame; nil when more bytes are needed.
    package mutating func next() throws(WireError) -> Frame? {
        guard buffer.count - start >= Frame.headLength else { return nil }
        var length = 0
        for index in start..<start + 4 { length = length << 8 | Int(buffer[index]) }
        guard length <= Frame.longest else { throw WireError("a message of \(length) bytes is announced") }
        guard let kind = Frame.Kind(rawValue: buffer[start + 4]) else {
            throw WireError("a message is of the unknown kind \(buffer[start + 4])")
        }
        let end = start + Frame.headLength + length
        guard end <= buffer.count else { return nil }
        let payload = Array(buffer[(start + Frame.headLength)..<end])
        start = end
        return Frame(kind, payload)
    }
}

/// What the worker says first.
package struct WorkerGreeting: WireValue, Equatable {
    package var version: UInt32
    package var missing: [String]

    package init(version: UInt32 = Frame.version, missing: [String]) {
        self.version = version
        self.missing = missing
    }
    package func write(to writer: inout WireWriter) {
        writer.put(version)
        writer.put(missing)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(version: try reader.take(), missing: try reader.take())
    }
}

/// Why a job failed, as the client throws it again.
package enum JobFailure: WireValue, Equatable {
    case release(ReleaseError)
    case store(GitError)
    case system(SystemError)
    /// Anything else, in its own words.
    case other(String)

    package init(_ error: any Error) {
        switch error {
        case let error as ReleaseError: self = .release(error)
        case let error as GitError: self = .store(error)
        case let error as SystemError: self = .system(error)
        case let error as MalformedObject: self = .store(.malformed(error.operation, error.message))
        default: self = .other("\(error)")
        }
    }

    package func write(to writer: inout WireWriter) {
        switch self {
        case .release(let error):
            writer.put(byte: 0)
            writer.put(error)
        case .store(let error):
            writer.put(byte: 1)
            writer.put(error)
        case .system(let error):
            writer.put(byte: 2)
            writer.put(error)
        case .other(let text):
            writer.put(byte: 3)
            writer.put(text)
        }
    }
    package init(from reader: inout WireReader) throws(WireError) {
        switch try reader.takeByte() {
        case 0: self = .release(try reader.take())
        case 1: self = .store(try reader.take())
        case 2: self = .system(try reader.take())
        case 3: self = .other(try reader.take())
        default: throw WireError("a case is not known")
        }
    }
}
