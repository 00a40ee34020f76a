extension UInt8: WireValue {
    package func write(to writer: inout WireWriter) { writer.put(byte: self) }
    package init(from reader: inout WireReader) throws(WireError) { self = try reader.takeByte() }
}

extension UInt32: WireValue {
    package func write(to writer: inout WireWriter) { writer.put(word: UInt64(self)) }
    package init(from reader: inout WireReader) throws(WireError) {
        guard let value = UInt32(exactly: try reader.takeWord()) else { throw WireError("a number is too large") }
        self = value
    }
}

extension Int32: WireValue {
    package func write(to writer: inout WireWriter) { writer.put(Int(self)) }
    package init(from reader: inout WireReader) throws(WireError) {
        guard let value = Int32(exactly: try reader.take(Int.self)) else { throw WireError("a number is too large") }
        self = value
    }
}

extension UInt64: WireValue {
    package func write(to writer: inout WireWriter) { writer.put(word: self) }
    package init(from reader: inout WireReader) throws(WireError) { self = try reader.takeWord() }
}

extension Int64: WireValue {
    package func write(to writer: inout WireWriter) { writer.put(word: UInt64(bitPattern: self)) }
    package init(from reader: inout WireReader) throws(WireError) { self = Int64(bitPattern: try reader.takeWord()) }
}

extension Int: WireValue {
    package func write(to writer: inout WireWriter) { writer.put(word: UInt64(bitPattern: Int64(self))) }
    package init(from reader: inout WireReader) throws(WireError) {
        self = Int(truncatingIfNeeded: Int64(bitPattern: try reader.takeWord()))
    }
}

extension Bool: WireValue {
    package func write(to writer: inout WireWriter) { writer.put(byte: self ? 1 : 0) }
    package init(from reader: inout WireReader) throws(WireError) {
        switch try reader.takeByte() {
        case 0: self = false
        case 1: self = true
        default: throw WireError("neither yes nor no")
        }
    }
}

extension String: WireValue {
    package func write(to writer: inout WireWriter) { writer.put(bytes: utf8) }
    package init(from reader: inout WireReader) throws(WireError) {
        guard let text = String(validating: try reader.takeBytes(), as: UTF8.self) else {
            throw WireError("a text is not UTF-8")
        }
        self = text
    }
}

extension Optional: WireValue where Wrapped: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(self != nil)
        if let self { writer.put(self) }
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self = try reader.take(Bool.self) ? .some(try reader.take()) : .none
    }
}

extension Array: WireValue where Element: WireValue {
    package func write(to writer: inout WireWriter) {
        if let bytes = self as? [UInt8] { return writer.put(bytes: bytes) }
        writer.put(word: UInt64(count))
        for element in self { writer.put(element) }
    }
    package init(from reader: inout WireReader) throws(WireError) {
        if Element.self == UInt8.self, let bytes = try reader.takeBytes() as? [Element] {
            self = bytes
            return
        }
        let count = try reader.takeCount()
        self = []
        for _ in 0..<count { append(try reader.take()) }
    }
}

extension WireReader {
    /// Reads which of the cases of an enumeration it is.
    mutating func takeCase<Value: CaseIterable>(_: Value.Type = Value.self) throws(WireError) -> Value
    where Value.AllCases == [Value] {
        let number = Int(try takeByte())
        guard number < Value.allCases.count else { throw WireError("a case is not known") }
        return Value.allCases[number]
    }
}

extension WireWriter {
    /// Appends which of the cases of an enumeration it is.
    mutating func put<Value: CaseIterable & Equatable>(case value: Value) where Value.AllCases == [Value] {
        put(byte: UInt8(Value.allCases.firstIndex(of: value) ?? 255))
    }
}
