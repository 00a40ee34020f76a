public import GitFiles
public import GitObjects
package import Posix

// What the modules below say, told from one of our processes to the other.

extension ObjectID: WireValue {
    package func write(to writer: inout WireWriter) { for byte in bytes { writer.put(byte: byte) } }
    package init(from reader: inout WireReader) throws(WireError) {
        let bytes = try reader.takeBytes(exactly: ObjectID.byteCount)
        guard let id = ObjectID(bytes: bytes.span) else { throw WireError("a name has 20 bytes") }
        self = id
    }
}

extension ObjectBytes: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(case: kind)
        writer.put(bytes)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(kind: try reader.takeCase(), bytes: try reader.take())
    }
}

extension ObjectFilter: WireValue {
    package func write(to writer: inout WireWriter) { writer.put(case: self) }
    package init(from reader: inout WireReader) throws(WireError) { self = try reader.takeCase() }
}

extension PackLimits: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(maximumBytes)
        writer.put(maximumObjects)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(maximumBytes: try reader.take(), maximumObjects: try reader.take())
    }
}

extension PackProgress: WireValue {
    package func write(to writer: inout WireWriter) {
        for number in [totalObjects, receivedObjects, indexedObjects, localObjects, totalDeltas, indexedDeltas] {
            writer.put(number)
        }
        writer.put(receivedBytes)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init()
        totalObjects = try reader.take()
        receivedObjects = try reader.take()
        indexedObjects = try reader.take()
        localObjects = try reader.take()
        totalDeltas = try reader.take()
        indexedDeltas = try reader.take()
        receivedBytes = try reader.take()
    }
}

extension FetchState: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(present)
        writer.put(haves)
        writer.put(shallow)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(present: try reader.take(), haves: try reader.take(), shallow: try reader.take())
    }
}

extension FetchQuestion: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(wanted)
        writer.put(depth)
        writer.put(filter)
        writer.put(isTrusted)
        writer.put(remote)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(
            wanted: try reader.take(), depth: try reader.take(), filter: try reader.take(),
            isTrusted: try reader.take(), remote: try reader.take())
    }
}

extension CopyRequest: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(path)
        writer.put(wants)
        writer.put(haves)
        writer.put(depth)
        writer.put(filter)
        writer.put(limits)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(
            path: try reader.take(), wants: try reader.take(), haves: try reader.take(), depth: try reader.take(),
            filter: try reader.take(), limits: try reader.take())
    }
}

extension CopyOutcome: WireValue {
    package func write(to writer: inout WireWriter) {
        switch self {
        case .copied(let progress):
            writer.put(byte: 0)
            writer.put(progress)
        case .lacks(let id):
            writer.put(byte: 1)
            writer.put(id)
        }
    }
    package init(from reader: inout WireReader) throws(WireError) {
        switch try reader.takeByte() {
        case 0: self = .copied(try reader.take())
        case 1: self = .lacks(try reader.take())
        default: throw WireError("a case is not known")
        }
    }
}

extension SystemError: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(code)
        writer.put(operation)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(code: try reader.take(), operation: try reader.take())
    }
}

extension GitError: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(code.rawValue)
        writer.put(category.rawValue)
        writer.put(operation)
        writer.put(message)
        writer.put(cause)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(
            code: Code(rawValue: try reader.take()), category: Category(rawValue: try reader.take()),
            operation: try reader.take(), message: try reader.take(), cause: try reader.take())
    }
}

extension ReleaseError: WireValue {
    package func write(to writer: inout WireWriter) {
        switch self {
        case .system(let error):
            writer.put(byte: 0)
            writer.put(error)
        case .store(let error):
            writer.put(byte: 1)
            writer.put(error)
        case .refused(let operation, let reason):
            writer.put(byte: 2)
            writer.put(operation)
            writer.put(reason)
        }
    }
    package init(from reader: inout WireReader) throws(WireError) {
        switch try reader.takeByte() {
        case 0: self = .system(try reader.take())
        case 1: self = .store(try reader.take())
        case 2: self = .refused(operation: try reader.take(), reason: try reader.take())
        default: throw WireError("a case is not known")
        }
    }
}
