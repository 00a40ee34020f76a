internal import CCrypto

/// The name that git gives to a file's content, computed while the content passes by.
@safe public struct BlobHash: ~Copyable {
    private let context: OpaquePointer?

    /// Begins with the name of a blob of so many bytes.
    public init(size: UInt64) {
        unsafe context = EVP_MD_CTX_new()
        unsafe EVP_DigestInit_ex(context, EVP_sha1(), nil)
        let header = Array("blob \(size)".utf8) + [0]
        add(header.span)
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// Takes the next bytes.
    public mutating func add(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { _ = unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    }

    /// The name; nil when the library could not compute it.
    public consuming func finish() -> ObjectID? {
        var hash = [UInt8](repeating: 0, count: ObjectID.byteCount)
        guard unsafe EVP_DigestFinal_ex(context, &hash, nil) == 1 else { return nil }
        return ObjectID(bytes: hash.span)
    }
}
