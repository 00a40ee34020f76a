/// The bytes as text; what is not UTF-8 shows as replacement characters.
func readableText(_ bytes: Span<UInt8>) -> String { String(decoding: copy(bytes), as: UTF8.self) }

/// Where a byte comes first; nil when it does not come.
func firstIndex(of byte: UInt8, in bytes: Span<UInt8>) -> Int? {
    for index in bytes.indices where bytes[index] == byte { return index }
    return nil
}

/// Where a byte comes last; nil when it does not come.
func lastIndex(of byte: UInt8, in bytes: Span<UInt8>) -> Int? {
    for index in bytes.indices.reversed() where bytes[index] == byte { return index }
    return nil
}

/// The bytes in an array of their own.
package func copy(_ bytes: Span<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for index in bytes.indices { result.append(bytes[index]) }
    return result
}
