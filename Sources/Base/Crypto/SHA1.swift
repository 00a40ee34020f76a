internal import CCrypto

/// The hash that names git's objects and ends its files.
public enum SHA1 {
    /// How many bytes a hash has.
    public static let byteCount = 20

    /// The hash of some bytes, 20 bytes long.
    public static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: SHA1.byteCount) { result, count in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                _ = unsafe EVP_Digest(bytes.baseAddress, bytes.count, result.baseAddress, nil, EVP_sha1(), nil)
            }
            count = SHA1.byteCount
        }
    }
}

/// A hash that is computed from bytes as they come.
@safe public struct SHA1Stream: ~Copyable {
    private let context: OpaquePointer

    /// Begins without a byte.
    public init() {
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("there is no memory for a hash") }
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
    public mutating func finish() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: SHA1.byteCount) { result, count in
            _ = unsafe EVP_DigestFinal_ex(context, result.baseAddress, nil)
            count = SHA1.byteCount
        }
    }
}
