internal import CCrypto

/// The hash that names git's objects and ends its files.
public enum SHA1 {
    /// The hash of some bytes, 20 bytes long.
    public static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: ObjectID.byteCount) { result, count in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                _ = unsafe EVP_Digest(bytes.baseAddress, bytes.count, result.baseAddress, nil, EVP_sha1(), nil)
            }
            count = ObjectID.byteCount
        }
    }
}

/// A hash that is computed from bytes as they come.
@safe public struct SHA1Stream: ~Copyable {
    private let context: OpaquePointer

    /// Begins without a byte.
    public init() throws(GitError) {
        guard let context = unsafe EVP_MD_CTX_new() else {
            throw GitError(code: .unspecified, category: .memory, operation: "begin a hash", message: "out of memory")
        }
        unsafe self.context = context
        _ = unsafe EVP_DigestInit_ex(context, EVP_sha1(), nil)
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// Adds bytes.
    public mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            _ = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        }
    }

    /// The hash of all that was added.
    public consuming func finish() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: ObjectID.byteCount) { result, count in
            _ = unsafe EVP_DigestFinal_ex(context, result.baseAddress, nil)
            count = ObjectID.byteCount
        }
    }
}
